/** What the accounts of test and dev chains are called: in text for people; JSON has the addresses. */
import { addressOf, ed25519PublicKey, formatAddress } from "#crypto";
import {
  DEV_ACCOUNT_COUNT,
  DEV_VALIDATOR_COUNT,
  devAccountAddress,
  devAccountName,
  devValidatorName,
  devValidatorOwner,
  devValidatorSeed,
} from "#spec";
import { PUBLIC_PREFIX } from "./accounts.ts";

/** The name, or the address itself where it has none. */
export type NameOf = (address: string) => string;

/** Nothing is computed before the first address that may have a name. */
export function createNames(): NameOf {
  let names: ReadonlyMap<string, string> | null = null;
  return (address) => {
    if (!address.startsWith(`${PUBLIC_PREFIX}1`)) return address;
    names ??= publicNames();
    return names.get(address) ?? address;
  };
}

/** "dev-3, tagon1…": where there is room for both. */
export function nameAndAddress(nameOf: NameOf, address: string): string {
  const name = nameOf(address);
  return name === address ? address : `${name}, ${address}`;
}

function publicNames(): ReadonlyMap<string, string> {
  const text = (address: Parameters<typeof formatAddress>[0]): string => formatAddress(address, PUBLIC_PREFIX);
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
  return new Map([
    ...numbers(DEV_VALIDATOR_COUNT).flatMap((index): [string, string][] => [
      // Blocks credit the account of the key that signs them.
      [text(addressOf(ed25519PublicKey(devValidatorSeed(index)))), `${devValidatorName(index)} key`],
      [text(devValidatorOwner(index)), devValidatorName(index)],
    ]),
    ...numbers(DEV_ACCOUNT_COUNT).map((index): [string, string] => [
      text(devAccountAddress(index)),
      devAccountName(index),
    ]),
  ]);
}
