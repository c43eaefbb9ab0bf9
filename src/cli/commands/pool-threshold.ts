import { existsSync } from "node:fs";
import { Command, Option } from "@commander-js/extra-typings";
import { type PoolMiner, type PoolTakenThreshold, readSignedThreshold, showSignedThreshold } from "#api/contract";
import { asHash, asKey, asSignature, equalBytes, fromHex, OperationError, toHex } from "#base";
import { parseAddress } from "#crypto";
import { encodeThresholdOrder } from "#model";
import { devAccount, signThreshold } from "#wallet/core";
import { addressText, findAddress, findSigner, type Signer } from "../accounts.ts";
import { type KeystoreChoice, keystorePath, openChosenKeystore } from "../keystores.ts";
import {
  dataOption,
  debugOption,
  examples,
  fromOption,
  jsonOption,
  keystoreOption,
  passphraseFileOption,
  readCoins,
} from "../options.ts";
import { findPool, poolOption } from "../pool-options.ts";
import { age, coins, facts, print } from "../print.ts";
import { addThreshold } from "../receipts-file.ts";
import { usageError } from "../report-error.ts";
import type { Terminal } from "../terminal.ts";

const DEV_ACCOUNTS = 10;

export function poolThresholdCommand(terminal: Terminal) {
  return new Command("threshold")
    .description("from what sum on a pool pays a miner: shows it, or sets it, signed by the key of the miner's account")
    .addOption(poolOption())
    .addOption(fromOption())
    .option("--address <address>", "the same account by its address; only looking needs no key")
    .addOption(new Option("--coins <amount>", "be paid from so many coins on").argParser(readCoins))
    .addOption(new Option("--default", "be paid from what the pool has for everybody").conflicts("coins"))
    .option("--receipts <file>", "where the pool's signed word that it took the order is kept, for 'agon pool audit'")
    .addOption(dataOption())
    .addOption(keystoreOption())
    .addOption(passphraseFileOption())
    .addOption(jsonOption())
    .addOption(debugOption())
    .addHelpText(
      "after",
      examples(
        "agon pool threshold --address dev-3",
        "agon pool threshold --from dev-3 --coins 20",
        "agon pool threshold --pool http://pool.example:3334 --from main --coins 250 --receipts receipts.jsonl",
        "agon pool threshold --from dev-3 --default",
      ),
    )
    .action(async (options) => {
      const word = options.address ?? options.from;
      const isOrder = options.coins !== undefined || options.default === true;
      if (word === undefined && !isOrder) throw usageError("whose threshold? Give --address or --from");
      if (options.address !== undefined && options.from !== undefined)
        throw usageError("--address and --from both name the account: give one of them");
      const client = await findPool(terminal, options.pool);
      const { chain, key, threshold } = await client.pool.status();
      if (!isOrder) {
        const address = addressText(chain, await findAddress(terminal, chain, word!, options));
        const miner = await client.pool.miner(address);
        await print(terminal, options, documentOf(miner), () => describe(miner));
        return;
      }
      const signer = await signerOf(terminal, chain, word, options);
      const address = addressText(chain, signer.address);
      const { thresholdOrder: before, minThreshold } = await client.pool.miner(address);
      if (options.coins !== undefined && options.coins < BigInt(minThreshold))
        throw new OperationError("threshold-too-low", `the least that this pool takes is ${coins(minThreshold)}`);
      const poolKey = asKey(readHex(key));
      const order = signThreshold({
        ...{ chainId: asHash(readHex(chain.id)), poolKey, seed: signer.seed },
        thresholdAtoms: options.coins ?? null,
        // Of two orders the later one counts, whatever the clock says.
        timeMs: Math.max(Date.now(), (before?.timeMs ?? 0) + 1),
      });
      const taken = await client.pool.orderThreshold(address, showSignedThreshold(order));
      if (options.receipts !== undefined)
        addThreshold(options.receipts, keptForm(taken, { poolKey, address: signer.address }));
      const inForce = taken.threshold ?? threshold;
      await print(
        terminal,
        options,
        { address, inForce, ...taken },
        () => `${address} is paid from ${coins(inForce)} on.`,
      );
    });
}

/** An account whose key is at hand, by name or address. */
async function signerOf(
  terminal: Terminal,
  chain: { readonly addressPrefix: string },
  word: string | undefined,
  choice: KeystoreChoice,
): Promise<Signer> {
  const address = parseAddress(word ?? "", chain.addressPrefix);
  if (!address.ok) return findSigner(terminal, chain, word, choice);
  const isThis = (account: { readonly address: Signer["address"] }): boolean =>
    equalBytes(account.address, address.value);
  const devs = chain.addressPrefix === "tagon" ? Array.from({ length: DEV_ACCOUNTS }, (_, i) => devAccount(i)) : [];
  const dev = devs.find(isThis);
  if (dev !== undefined) return dev;
  const named = existsSync(keystorePath(choice))
    ? (await openChosenKeystore(terminal, choice)).list().find(isThis)
    : undefined;
  if (named !== undefined) return findSigner(terminal, chain, named.name, choice);
  throw new OperationError("account-unknown", `the key of ${word} is not here: name its keystore with --keystore`);
}

/** The pool's signature and the order, in hex. @throws OperationError when the pool's answer makes no sense */
function keptForm(taken: PoolTakenThreshold, about: Parameters<typeof readSignedThreshold>[1]): string {
  const order = readSignedThreshold(taken, about);
  if (order === null) throw new OperationError("pool-malformed", "the pool's answer makes no sense");
  return toHex(asSignature(readHex(taken.taken))) + toHex(encodeThresholdOrder(order));
}

function readHex(text: string): Uint8Array {
  const bytes = fromHex(text);
  if (bytes === null) throw new OperationError("pool-malformed", "the pool's answer makes no sense");
  return bytes;
}

function documentOf({ address, threshold, thresholdFrom, minThreshold, thresholdOrder, owed }: PoolMiner) {
  return { address, inForce: threshold, from: thresholdFrom, least: minThreshold, owed, order: thresholdOrder };
}

const FROM: Readonly<Record<PoolMiner["thresholdFrom"], string>> = {
  pool: "the pool's for everybody",
  operator: "set by the pool's operator",
  miner: "signed by the miner",
};

function describe({ address, threshold, thresholdFrom, minThreshold, thresholdOrder, owed }: PoolMiner): string {
  const since = thresholdFrom === "miner" && thresholdOrder !== null ? `, ${age(thresholdOrder.timeMs)}` : "";
  return facts([
    ["miner", address],
    ["paid from", `${coins(threshold)} (${FROM[thresholdFrom]}${since})`],
    ["at least", coins(minThreshold)],
    ["owed", coins(owed)],
  ]);
}
