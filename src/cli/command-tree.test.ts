import type { CommandUnknownOpts } from "@commander-js/extra-typings";
import { beforeAll, describe, expect, test } from "vitest";
import { completionScript, SHELLS } from "./completion-script.ts";
import { createProgram } from "./program.ts";
import { createTestTerminal } from "./testing/terminal.ts";

let program: CommandUnknownOpts;
let leaves: readonly (readonly [path: string, command: CommandUnknownOpts])[];
beforeAll(async () => {
  program = await createProgram(createTestTerminal());
  leaves = [...walk(program, "")];
});

/** Every command with its words; groups too. */
function* walk(command: CommandUnknownOpts, path: string): IterableIterator<readonly [string, CommandUnknownOpts]> {
  for (const child of command.commands) {
    const name = path === "" ? child.name() : `${path} ${child.name()}`;
    yield [name, child];
    yield* walk(child, name);
  }
}

describe("every command of the tree", () => {
  test("is there", () => {
    const paths = leaves.map(([path]) => path);
    for (const path of ["stake bond", "stake evidence submit", "validator rotate-key", "demo pos", "epochs", "faucet"])
      expect(paths).toContain(path);
  });

  test("says what it does, with examples that begin with its own words", () => {
    for (const [path, command] of leaves) {
      expect(command.description(), path).not.toBe("");
      let out = "";
      command.configureOutput({
        writeOut(text) {
          out += text;
        },
      });
      command.outputHelp();
      expect(out, path).toContain("Examples:");
      const own = out.split("\n").filter((line) => line.startsWith("  $ "));
      expect(
        own.some((line) => line.includes(`agon ${path}`)),
        `an example of ${path}`,
      ).toBe(true);
    }
  });

  test("prints JSON when asked, and a stack trace of its errors", () => {
    for (const [path, command] of leaves) {
      if (command.commands.length > 0) continue;
      const options = command.options.map(({ long }) => long);
      expect(options, path).toEqual(expect.arrayContaining(["--json", "--debug"]));
    }
  });

  test.each(SHELLS)("stands in the completion of %s with its options", (shell) => {
    const script = completionScript(shell, program);
    for (const [path, command] of leaves) {
      for (const word of path.split(" ")) expect(script, path).toContain(word);
      for (const { long } of command.options)
        expect(script, `${path} ${long}`).toContain(shell === "fish" ? `-l ${long!.slice(2)}` : long!);
    }
  });
});
