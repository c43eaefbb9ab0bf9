/** What came of a demonstration: it succeeds only if every check held. */
import { OperationError } from "#base";
import { type PrintOptions, plural, print } from "../print.ts";
import type { Terminal } from "../terminal.ts";
import type { Story } from "./story.ts";

/** @throws OperationError `demo-failed` */
export async function concludeStory(
  terminal: Terminal,
  options: PrintOptions,
  { checks }: Pick<Story, "checks">,
): Promise<void> {
  const failed = checks.filter(({ ok }) => !ok);
  await print(terminal, options, { ok: failed.length === 0, checks }, () =>
    failed.length === 0
      ? `\nAll ${plural(checks.length, "check")} held.`
      : `\n${failed.length} of ${plural(checks.length, "check")} did not hold:\n${failed.map(({ what, expected, found }) => `  ${what}: ${found}, not ${expected}`).join("\n")}`,
  );
  if (failed.length > 0) throw new OperationError("demo-failed", `${plural(failed.length, "check")} did not hold`);
}
