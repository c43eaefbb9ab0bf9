/** A progress bar on a terminal's stderr; nothing elsewhere. */
import { SingleBar } from "cli-progress";
import type { Terminal } from "./terminal.ts";

export interface Progress {
  update(done: number, facts: Readonly<Record<string, string | number>>): void;
  stop(): void;
}

/** @param format with {bar}, {value}, {total} and the names of the facts in braces */
export function startProgress(
  terminal: Terminal,
  format: string,
  total: number,
  facts: Readonly<Record<string, string | number>> = {},
): Progress {
  if (!terminal.canDraw) return { update() {}, stop() {} };
  const bar = new SingleBar({
    format,
    stream: terminal.stderr as NodeJS.WriteStream,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    hideCursor: true,
    // Ctrl-C ends the command in its own way.
    gracefulExit: false,
  });
  bar.start(total, 0, facts);
  return { update: (done, now) => bar.update(done, now), stop: () => bar.stop() };
}
