import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { expect, test } from "vitest";
import { completionScript, SHELLS } from "./completion-script.ts";
import { createProgram } from "./program.ts";
import { createTestTerminal } from "./testing/terminal.ts";

/** Every command with its words; groups too. */
function* walk(command: CommandUnknownOpts, path: string): IterableIterator<readonly [string, CommandUnknownOpts]> {
  for (const child of command.commands) {
    const name = path === "" ? child.name() : `${path} ${child.name()}`;
    yield [name, child];
    yield* walk(child, name);
  }
}

const program = await createProgram(createTestTerminal());

test.each(SHELLS)("every command and option stands in the completion of %s", (shell) => {
  const script = completionScript(shell, program);
  for (const [path, command] of walk(program, "")) {
    for (const word of path.split(" ")) expect(script, path).toContain(word);
    for (const { long } of command.options)
      expect(script, `${path} ${long}`).toContain(shell === "fish" ? `-l ${long!.slice(2)}` : long!);
  }
});

test("in bash each stands at its place", () => {
  const script = completionScript("bash", program);
  const places = [...walk(program, "")].map(([path]) => path);
  expect(places).toEqual(expect.arrayContaining(["stake bond", "stake evidence submit", "validator run", "demo pos"]));
  for (const path of places) expect(script).toContain(`"${path}") words="`);
});
