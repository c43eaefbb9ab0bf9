/** The program in this process, on a terminal in memory where nobody can be asked. */
import { PassThrough, Writable } from "node:stream";
import { systemRandom } from "#base";
import { runProgram, type Terminal } from "#cli";

export type Environment = Readonly<Record<string, string>>;

export interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export function createTerminal(
  onOutput: (text: string) => void,
  onError: (text: string) => void = () => {},
  env: Environment = {},
): Terminal {
  const collect = (take: (text: string) => void): Writable =>
    new Writable({
      write(piece: Buffer, _encoding, done) {
        take(piece.toString());
        done();
      },
    });
  const nobody = () => Promise.reject(new Error("nobody is asked here"));
  return {
    ...{ stdout: collect(onOutput), stdin: new PassThrough(), stderr: collect(onError) },
    ...{ isInteractive: false, canDraw: false, env },
    ...{ signal: new AbortController().signal, fetch, random: systemRandom() },
    prompts: { input: nobody, password: nobody, confirm: nobody, select: nobody },
  };
}

/** Runs one command to its end. */
export async function runInMemory(argv: readonly string[], env: Environment = {}): Promise<Run> {
  let out = "";
  let err = "";
  const terminal = createTerminal(
    (text) => {
      out += text;
    },
    (text) => {
      err += text;
    },
    env,
  );
  return { code: await runProgram(argv, terminal), out, err };
}
