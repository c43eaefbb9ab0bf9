/** A terminal in memory: what is written is kept, and questions are answered from a list. */
import { Readable, Writable } from "node:stream";
import type { Fetch } from "#api/contract";
import { type Random, seededRandom } from "#base";
import type { Prompts } from "../prompts.ts";
import { runProgram } from "../run-program.ts";
import type { Terminal } from "../terminal.ts";

export interface TestTerminalOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Answers in the order of the questions; without them nobody can be asked. */
  readonly answers?: readonly unknown[];
  readonly fetch?: Fetch;
  readonly signal?: AbortSignal;
  /** Default: the same numbers in every run. */
  readonly random?: Random;
}

export interface TestTerminal extends Terminal {
  readonly output: { out: string; err: string };
  /** Questions as they were asked. */
  readonly asked: string[];
}

export function createTestTerminal(options: TestTerminalOptions = {}): TestTerminal {
  const output = { out: "", err: "" };
  const asked: string[] = [];
  const collect = (name: "out" | "err"): Writable =>
    new Writable({
      write(piece: Buffer, _encoding, done) {
        output[name] += piece.toString();
        done();
      },
    });
  return {
    ...{ output, asked },
    stdin: Readable.from(options.input === undefined ? [] : [Buffer.from(options.input)]),
    stdout: collect("out"),
    stderr: collect("err"),
    isInteractive: options.answers !== undefined,
    canDraw: false,
    env: options.env ?? {},
    signal: options.signal ?? new AbortController().signal,
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    random: options.random ?? seededRandom(1),
    prompts: createAnswers([...(options.answers ?? [])], asked),
  };
}

/** Runs one command line. */
export async function run(argv: readonly string[], options: TestTerminalOptions = {}) {
  const terminal = createTestTerminal(options);
  const code = await runProgram(argv, terminal);
  return { code, out: terminal.output.out, err: terminal.output.err, asked: terminal.asked };
}

function createAnswers(answers: unknown[], asked: string[]): Prompts {
  const answer = <T>(question: string): Promise<T> => {
    asked.push(question);
    return answers.length === 0
      ? Promise.reject(Object.assign(new Error("no more answers"), { name: "ExitPromptError" }))
      : Promise.resolve(answers.shift() as T);
  };
  return {
    async input({ message, validate, default: usual }) {
      const text = (await answer<string>(message)) || usual || "";
      const verdict = validate?.(text) ?? true;
      if (verdict !== true) throw new Error(`'${text}' is no answer: ${verdict}`);
      return text;
    },
    password: (message) => answer(message),
    confirm: (message) => answer(message),
    async select<T>(message: string, choices: readonly { readonly name: string; readonly value: T }[]) {
      const wanted = await answer<unknown>(message);
      const found = choices.find(({ name, value }) => value === wanted || name === wanted);
      if (found === undefined) throw new Error(`${wanted} is not among ${choices.map(({ name }) => name).join(", ")}`);
      return found.value;
    },
  };
}
