import { formatAddress } from "#crypto";
import { devAccount } from "#wallet/core";

/** As the chains `test` and `dev` write it. */
export function devAddress(index: number): string {
  return formatAddress(devAccount(index).address, "tagon");
}
