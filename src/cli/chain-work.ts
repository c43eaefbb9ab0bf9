/** What commands on whole chains share: a bar, and the result in words. */
import type { ChainSummary, Progress } from "#node";
import { facts } from "./print.ts";
import { startProgress } from "./progress.ts";
import type { Terminal } from "./terminal.ts";

/** Draws a bar while the work goes on, and ends the work on Ctrl-C. */
export async function withBar<T>(
  terminal: Terminal,
  work: (onProgress: (progress: Progress) => void) => Promise<T>,
): Promise<T> {
  const bars: ReturnType<typeof startProgress>[] = [];
  const onProgress = ({ done, total }: Progress): void => {
    terminal.signal.throwIfAborted();
    if (bars.length === 0 && total !== null)
      bars.push(startProgress(terminal, "blocks [{bar}] {value}/{total}, {duration_formatted}", total));
    for (const bar of bars) bar.update(done, {});
  };
  try {
    return await work(onProgress);
  } finally {
    for (const bar of bars) bar.stop();
  }
}

export function describeSummary({ height, head, stateRoot, transactions }: ChainSummary): string {
  return facts([
    ["height", String(height)],
    ["head", head],
    ["state root", stateRoot],
    ["transactions", String(transactions)],
  ]);
}
