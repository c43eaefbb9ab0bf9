/** The program in this process, on a terminal in memory where nobody can be asked. */
import { Readable, Writable } from "node:stream";
import { systemRandom } from "#base";
import { runProgram, type Terminal } from "#cli";
import type { AgonOptions, Ended } from "./agon-process.ts";

export type Environment = Readonly<Record<string, string>>;

export interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface Streams {
  readonly onOutput?: (piece: Buffer) => void;
  readonly onError?: (piece: Buffer) => void;
  /** Read to its end from standard input. */
  readonly input?: string | Uint8Array;
}

export function createTerminal({ onOutput, onError, input = "" }: Streams = {}, env: Environment = {}): Terminal {
  const collect = (take: (piece: Buffer) => void = () => {}): Writable =>
    new Writable({
      write(piece: Buffer, _encoding, done) {
        take(piece);
        done();
      },
    });
  const nobody = () => Promise.reject(new Error("nobody is asked here"));
  return {
    ...{ stdout: collect(onOutput), stdin: Readable.from([Buffer.from(input)]), stderr: collect(onError) },
    ...{ isInteractive: false, canDraw: false, env },
    ...{ signal: new AbortController().signal, fetch, random: systemRandom() },
    prompts: { input: nobody, password: nobody, confirm: nobody, select: nobody },
  };
}

/** Runs one command to its end, as `agon` does in a process of its own. */
export async function agonHere(argv: readonly string[], options: AgonOptions = {}): Promise<Ended> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const streams = {
    onOutput: (piece: Buffer) => void out.push(piece),
    onError: (piece: Buffer) => void err.push(piece),
    input: options.input ?? "",
  };
  const code = await runProgram(argv, createTerminal(streams, options.env));
  return { code, out: Buffer.concat(out), err: Buffer.concat(err).toString() };
}

export async function runInMemory(argv: readonly string[], env: Environment = {}): Promise<Run> {
  const { code, out, err } = await agonHere(argv, { env });
  return { code: code ?? 1, out: out.toString(), err };
}
