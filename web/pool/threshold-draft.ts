/** What a person typed into the form of the threshold: read, held against what the pool takes, and said in words. */
import type { PoolMiner } from "#api/contract";
import { formatCoins, parseCoins } from "#wallet/core";

export interface CheckedThreshold {
  /** In words; null while nothing is typed or all is well. */
  readonly problem: string | null;
  /** Null until everything is right. */
  readonly thresholdAtoms: bigint | null;
}

export function checkThreshold(
  text: string,
  { minThreshold, threshold, thresholdFrom }: Pick<PoolMiner, "minThreshold" | "threshold" | "thresholdFrom">,
): CheckedThreshold {
  const typed = text.trim();
  if (typed === "") return { problem: null, thresholdAtoms: null };
  const atoms = parseCoins(typed);
  if (atoms === null) return wrong("Write an amount as 12 or 0.5, with at most eight decimals.");
  if (atoms < BigInt(minThreshold))
    return wrong(`The least that this pool takes is ${formatCoins(BigInt(minThreshold))}.`);
  if (thresholdFrom === "miner" && atoms === BigInt(threshold)) return wrong("This is what it is already.");
  return { problem: null, thresholdAtoms: atoms };
}

function wrong(problem: string): CheckedThreshold {
  return { problem, thresholdAtoms: null };
}
