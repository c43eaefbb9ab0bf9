/** A program as a process of its own: started, watched, told to end, killed, and started again. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DevnetNodeState } from "#api/contract";
import { OperationError } from "#base";
import { lastError } from "./last-error.ts";
import { createNodeLog, type NodeLog } from "./node-log.ts";
import { isFree } from "./ports.ts";

/** For a program to say that it has started. */
const START_MS = 60_000;
/** For a program to end after it was told to, before it is killed. */
const GRACE_MS = 10_000;
/** For a port to be free again: a connection of another program may have been given its number. */
const PORT_WAIT_MS = 15_000;
const LOOK_EVERY_MS = 50;
/** Below an error may stand a stack of calls. */
const LAST_LINES = 60;
/** Tells bin/agon.js that the end of its channel is the end of whoever started it. */
const LAUNCHED = "AGON_LAUNCHED";
const PID_FILE = "pid";

export interface WatchedProcessOptions {
  readonly name: string;
  /** Holds the log, and the file `pid` of whoever runs in it. */
  readonly folder: string;
  readonly logName: string;
  /** The script that is run. */
  readonly program: string;
  /** The codes of its errors begin with it: `node-crashed`. */
  readonly kind: "node" | "pool";
  /** Of Node itself. */
  readonly nodeOptions: readonly string[];
  /** The program writes no file `pid` by itself. */
  readonly keepsPid: boolean;
  /** Where it listens at each start, as far as that is known before. */
  readonly ports: () => readonly number[];
}

type CommandLine = () => readonly string[] | Promise<readonly string[]>;

export class WatchedProcess {
  readonly #options: WatchedProcessOptions;
  readonly #log: NodeLog;
  #state: DevnetNodeState = "stopped";
  #note: string | null = null;
  #child: ChildProcess | null = null;
  #starting: Promise<void> | null = null;
  #ended: Promise<void> = Promise.resolve();
  /** What its end will be called, when it was asked for. */
  #wanted: "stopped" | "killed" | null = null;

  constructor(options: WatchedProcessOptions) {
    this.#options = options;
    this.#log = createNodeLog(join(options.folder, options.logName));
  }

  get state(): DevnetNodeState {
    return this.#state;
  }

  /** Why it is as it is, when there is something to say. */
  get note(): string | null {
    return this.#note;
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  get logFile(): string {
    return this.#log.path;
  }

  trimLog(): void {
    this.#log.trim();
  }

  /**
   * Resolves when the program says that it has started: an answer on its port could be somebody else's.
   * @param commandLine asked for when whoever ran in the folder before has gone
   * @param onStarted gets what it says
   * @throws OperationError `…-crashed` when it ends instead, `…-slow` when it does neither
   */
  start(commandLine: CommandLine, onStarted: (word: unknown) => void): Promise<void> {
    // Whoever orders it twice waits for the one start.
    this.#starting ??= this.#start(commandLine, onStarted).finally(() => {
      this.#starting = null;
    });
    return this.#starting;
  }

  async #start(commandLine: CommandLine, onStarted: (word: unknown) => void): Promise<void> {
    const { name, kind } = this.#options;
    if (this.#state === "stopping") await this.#ended;
    if (this.#child !== null) return;
    this.#state = "starting";
    this.#note = null;
    this.#wanted = null;
    const words = await this.#whenFree(commandLine).catch((error) => {
      this.#state = "stopped";
      throw error;
    });
    if (this.#wanted !== null) {
      this.#state = "stopped";
      throw new OperationError(`${kind}-stopped`, `${name} was stopped before it had started`);
    }
    const child = this.#spawn(words);
    const told = await firstWord(child, START_MS);
    if (told.kind === "ended")
      throw new OperationError(
        `${kind}-crashed`,
        `${name} ${this.#wanted === null ? this.#note : `was ${this.#wanted}`}`,
      );
    if (told.kind === "silent")
      throw new OperationError(`${kind}-slow`, `${name} did not start within ${START_MS / 1_000} s: ${this.logFile}`);
    onStarted(told.word);
    if (this.#state === "starting") this.#state = "running";
  }

  async #whenFree(commandLine: CommandLine): Promise<readonly string[]> {
    await this.#untilFolderIsFree();
    await this.#untilPortsAreFree();
    return commandLine();
  }

  /** Tells it to end, and kills it when it does not. Resolves when it has ended. */
  async shutdown(): Promise<void> {
    this.#wanted ??= "stopped";
    const child = this.#child;
    if (child === null) return;
    this.#state = "stopping";
    child.kill("SIGTERM");
    const overdue = setTimeout(() => {
      this.#wanted = "killed";
      child.kill("SIGKILL");
    }, GRACE_MS);
    await this.#ended;
    clearTimeout(overdue);
  }

  /** SIGKILL, as a power cut would end it. Resolves when it has ended. */
  async kill(): Promise<void> {
    this.#wanted = "killed";
    if (this.#child === null) return;
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  /** One of a devnet that was killed outright needs a moment to notice. */
  async #untilFolderIsFree(): Promise<void> {
    for (const endMs = performance.now() + GRACE_MS; performance.now() < endMs; await sleep(LOOK_EVERY_MS)) {
      try {
        process.kill(Number(readFileSync(join(this.#options.folder, PID_FILE), "utf8")), 0);
      } catch {
        return;
      }
    }
  }

  /** After a while it starts all the same, and says itself what is wrong. */
  async #untilPortsAreFree(): Promise<void> {
    const endMs = performance.now() + PORT_WAIT_MS;
    for (const port of this.#options.ports())
      while (this.#wanted === null && performance.now() < endMs && !(await isFree(port))) {
        this.#note = `waits for port ${port}, which another program uses`;
        await sleep(LOOK_EVERY_MS);
      }
    this.#note = null;
  }

  #spawn(commandLine: readonly string[]): ChildProcess {
    const { nodeOptions, program, keepsPid, folder } = this.#options;
    const output = this.#log.open();
    const environment = Object.entries(process.env).filter(([name]) => !name.startsWith("AGON_"));
    const child = spawn(process.execPath, [...nodeOptions, program, ...commandLine], {
      stdio: ["ignore", output, output, "ipc"],
      env: { ...Object.fromEntries(environment), [LAUNCHED]: "1" },
      // A group of its own: Ctrl-C in a terminal reaches the devnet, which then ends what it started in order.
      detached: true,
    });
    closeSync(output);
    this.#child = child;
    if (keepsPid && child.pid !== undefined) writeFileSync(join(folder, PID_FILE), `${child.pid}\n`);
    this.#ended = new Promise((resolve) => {
      const end = (code: number | null, signal: string | null): void => {
        this.#onEnd(child, code, signal);
        resolve();
      };
      child.once("exit", end);
      child.on("error", () => child.pid === undefined && end(1, null));
    });
    return child;
  }

  #onEnd(child: ChildProcess, code: number | null, signal: string | null): void {
    if (this.#child !== child) return;
    this.#child = null;
    const { keepsPid, folder } = this.#options;
    if (keepsPid) rmSync(join(folder, PID_FILE), { force: true });
    const wanted = this.#wanted;
    if (wanted !== null || code === 0) {
      this.#state = "stopped";
      this.#note = wanted === "killed" ? "killed" : wanted === null ? "ended by itself" : null;
      return;
    }
    this.#state = "crashed";
    const how = signal !== null ? `was ended by ${signal}` : `ended by itself with exit code ${code}`;
    const error = lastError(this.#log.tail(LAST_LINES));
    this.#note = error === null ? how : `${how}: ${error}`;
  }
}

type FirstWord =
  | { readonly kind: "started"; readonly word: unknown }
  | { readonly kind: "ended" }
  | { readonly kind: "silent" };

function firstWord(child: ChildProcess, limitMs: number): Promise<FirstWord> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve({ kind: "silent" }), limitMs);
    const say = (word: FirstWord): void => {
      clearTimeout(late);
      resolve(word);
    };
    child.once("message", (message) => say({ kind: "started", word: message }));
    child.once("exit", () => say({ kind: "ended" }));
    child.once("error", () => say({ kind: "ended" }));
  });
}
