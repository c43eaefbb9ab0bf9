/** The totals of mining in words. */
import type { Totals } from "#production/miner";
import { plural } from "../print.ts";
import { hashRate, scaled, span } from "./amounts.ts";

export function describeTotals(totals: Totals, how: "solo" | "pool"): string {
  const { accepted, rejected, stale, lost, blocks } = totals;
  const found =
    how === "solo"
      ? `${plural(blocks, "block")} found, ${stale} too late`
      : `${plural(accepted, "share")} accepted, ${rejected} rejected, ${stale} stale, ${lost} unanswered, ${plural(blocks, "block")}`;
  const hashes = `${scaled(totals.hashes)}H in ${span(totals.seconds)}, ${hashRate(totals.hashRate)}`;
  return `${found}; ${hashes}, ${showWaste(totals)}`;
}

export function showWaste({ wasted }: Totals): string {
  return `${(100 * wasted.ratio).toFixed(2)} % in vain`;
}
