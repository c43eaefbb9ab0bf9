/** Tells how mining goes: events line by line, and where it can be drawn, the state of things below them. */
import { every, systemClock } from "#base";
import { visible } from "../print.ts";
import { type Terminal, write } from "../terminal.ts";

const REDRAW_MS = 500;
/** Where nothing can be drawn, the state of things is a line now and then. */
const LINE_MS = 10_000;
const UP_AND_CLEAR = "\u001b[1A\u001b[2K";

export interface Report {
  /** @param quiet not worth a line where the state of things is drawn */
  event(document: Readonly<Record<string, unknown>> & { readonly event: string }, text: string, quiet?: boolean): void;
  /** When everything has been written. */
  end(): Promise<void>;
}

export interface State {
  readonly document: Readonly<Record<string, unknown>>;
  readonly lines: readonly string[];
}

export function createReport(terminal: Terminal, isJson: boolean, state: () => State): Report {
  const clock = systemClock();
  const isDrawn = terminal.canDraw && !isJson;
  let drawn = 0;
  let writing: Promise<unknown> = Promise.resolve();
  const put = (stream: "stdout" | "stderr", text: string): void => {
    writing = writing.then(() => write(terminal[stream], text));
    // A reader that is gone is noticed at the end.
    writing.catch(() => {});
  };
  const clear = (): void => {
    if (drawn > 0) put("stderr", UP_AND_CLEAR.repeat(drawn));
    drawn = 0;
  };
  const draw = (): void => {
    clear();
    const lines = state().lines.map((line) => `  ${visible(line)}`);
    put("stderr", `${lines.join("\n")}\n`);
    drawn = lines.length;
  };
  const tell = (): void => {
    const { document, lines } = state();
    if (isJson) put("stdout", `${JSON.stringify({ event: "state", ...document })}\n`);
    else put("stderr", `${visible(lines.join(" · "))}\n`);
  };
  const cancel = isDrawn ? every(clock, REDRAW_MS, draw) : every(clock, LINE_MS, tell);
  return {
    event(document, text, quiet = false) {
      if (isJson) put("stdout", `${JSON.stringify({ ...document, timeMs: clock.nowMs() })}\n`);
      else if (!quiet) {
        clear();
        put("stdout", `${new Date(clock.nowMs()).toISOString().slice(11, 19)}  ${visible(text)}\n`);
        if (isDrawn) draw();
      }
    },
    async end() {
      cancel();
      clear();
      await writing;
    },
  };
}
