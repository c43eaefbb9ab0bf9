/** One node as a process of its own: started, watched, told to end, killed, and started again on its ports and data. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DevnetNodeState } from "#api/contract";
import { OperationError } from "#base";
import { createNodeLog, type NodeLog } from "./node-log.ts";
import { HOST } from "./options.ts";
import type { PortPair } from "./ports.ts";

/** For a node to answer after its start. */
const START_MS = 60_000;
/** For a node to end after it was told to, before it is killed. */
const GRACE_MS = 10_000;
const LOOK_EVERY_MS = 50;
const LOG_LINES_SHOWN = 3;
/** Many nodes share a machine: less room for young objects, collected more often. */
const SMALL_HEAP = ["--max-semi-space-size=8"];
/** Tells bin/agon.js that the end of its channel is the end of whoever started it. */
const LAUNCHED = "AGON_LAUNCHED";

export interface NodeProcessOptions {
  readonly name: string;
  readonly folder: string;
  readonly ports: PortPair;
  /** As a node is told. */
  readonly spec: string;
  /** Null: this node does not mine. */
  readonly hashRate: number | null;
  /** Null: this node signs no blocks. */
  readonly validator: ValidatorOptions | null;
  readonly rewardAddress: string;
  /** The script that runs `node …`. */
  readonly program: string;
}

export interface ValidatorOptions {
  /** As a node is told: `dev:0`, or the path of a key. */
  readonly key: string;
  readonly passphraseFile: string | null;
  /** It may produce though no peer is there. */
  readonly alone: boolean;
}

export class NodeProcess {
  readonly name: string;
  readonly folder: string;
  readonly ports: PortPair;
  /** Base URL of its API. */
  readonly api: string;
  readonly #options: NodeProcessOptions;
  readonly #log: NodeLog;
  #state: DevnetNodeState = "stopped";
  #note: string | null = null;
  #dialAddress: string | null = null;
  #child: ChildProcess | null = null;
  #starting: Promise<void> | null = null;
  #ended: Promise<void> = Promise.resolve();
  /** What its end will be called, when it was asked for. */
  #wanted: "stopped" | "killed" | null = null;

  constructor(options: NodeProcessOptions) {
    this.#options = options;
    this.name = options.name;
    this.folder = options.folder;
    this.ports = options.ports;
    this.api = `http://${HOST}:${options.ports.api}`;
    this.#log = createNodeLog(join(options.folder, "node.log"));
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

  get address(): string {
    return `/ip4/${HOST}/tcp/${this.ports.p2p}`;
  }

  /** With its peer id, so that whoever dials it meets no other node; null before it has started once. */
  get dialAddress(): string | null {
    return this.#dialAddress;
  }

  /** As the node was told; null when it signs no blocks. */
  get validatorKey(): string | null {
    return this.#options.validator?.key ?? null;
  }

  get logFile(): string {
    return this.#log.path;
  }

  /** The bearer token of its own API. @throws OperationError `token-unreadable` */
  token(): string {
    const file = join(this.folder, "api-token");
    try {
      return readFileSync(file, "utf8").trim();
    } catch (cause) {
      throw new OperationError("token-unreadable", `the token file ${file} of ${this.name} cannot be read`, { cause });
    }
  }

  trimLog(): void {
    this.#log.trim();
  }

  /**
   * Resolves when the node says that it has started: an answer on its port could be somebody else's.
   * @param bootstrap multiaddrs of its peers
   * @throws OperationError `node-crashed` when it ends instead, `node-slow` when it does neither
   */
  start(bootstrap: readonly string[]): Promise<void> {
    // Whoever orders it twice waits for the one start.
    this.#starting ??= this.#start(bootstrap).finally(() => {
      this.#starting = null;
    });
    return this.#starting;
  }

  async #start(bootstrap: readonly string[]): Promise<void> {
    if (this.#state === "stopping") await this.#ended;
    if (this.#child !== null) return;
    this.#state = "starting";
    this.#note = null;
    this.#wanted = null;
    await this.#untilFolderIsFree();
    if (this.#wanted !== null) {
      this.#state = "stopped";
      throw new OperationError("node-stopped", `${this.name} was stopped before it had started`);
    }
    const child = this.#spawn(bootstrap);
    const told = await firstWord(child, START_MS);
    if (told.kind === "ended") throw new OperationError("node-crashed", `${this.name} ${this.#note ?? "was stopped"}`);
    if (told.kind === "silent")
      throw new OperationError("node-slow", `${this.name} did not start within ${START_MS / 1_000} s: ${this.logFile}`);
    this.#dialAddress = told.p2p;
    if (this.#state === "starting") this.#state = "running";
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

  /** A node of a devnet that was killed outright needs a moment to notice. */
  async #untilFolderIsFree(): Promise<void> {
    for (const endMs = performance.now() + GRACE_MS; performance.now() < endMs; await sleep(LOOK_EVERY_MS)) {
      try {
        process.kill(Number(readFileSync(join(this.folder, "pid"), "utf8")), 0);
      } catch {
        return;
      }
    }
  }

  #spawn(bootstrap: readonly string[]): ChildProcess {
    const output = this.#log.open();
    const environment = Object.entries(process.env).filter(([name]) => !name.startsWith("AGON_"));
    const child = spawn(process.execPath, [...SMALL_HEAP, this.#options.program, ...this.#arguments(bootstrap)], {
      stdio: ["ignore", output, output, "ipc"],
      env: { ...Object.fromEntries(environment), [LAUNCHED]: "1" },
      // A group of its own: Ctrl-C in a terminal reaches the devnet, which then ends its nodes in order.
      detached: true,
    });
    closeSync(output);
    this.#child = child;
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

  #arguments(bootstrap: readonly string[]): readonly string[] {
    const { folder, spec, ports, hashRate, validator, rewardAddress } = this.#options;
    const mining =
      hashRate === null
        ? []
        : ["--mining-enabled", "--mining-hash-rate", String(hashRate), "--mining-reward-address", rewardAddress];
    return [
      ...["node", "--data", folder, "--spec", spec],
      ...["--api-host", HOST, "--api-port", String(ports.api)],
      ...["--p2p-host", HOST, "--p2p-port", String(ports.p2p)],
      ...(bootstrap.length === 0 ? [] : ["--p2p-bootstrap", bootstrap.join(",")]),
      ...mining,
      ...(validator === null ? [] : validatorArguments(validator)),
    ];
  }

  #onEnd(child: ChildProcess, code: number | null, signal: string | null): void {
    if (this.#child !== child) return;
    this.#child = null;
    const wanted = this.#wanted;
    if (wanted !== null || code === 0) {
      this.#state = "stopped";
      this.#note = wanted === "killed" ? "killed" : wanted === null ? "ended by itself" : null;
      return;
    }
    this.#state = "crashed";
    const how = signal !== null ? `was ended by ${signal}` : `ended by itself with exit code ${code}`;
    const lines = this.#log.tail(LOG_LINES_SHOWN).map(readLogLine);
    this.#note = lines.length === 0 ? how : `${how}: ${lines.join(" | ")}`;
  }
}

function validatorArguments({ key, passphraseFile, alone }: ValidatorOptions): readonly string[] {
  return [
    ...["--validator-key", key],
    ...(passphraseFile === null ? [] : ["--validator-passphrase-file", passphraseFile]),
    ...(alone ? ["--alone"] : []),
  ];
}

/** The words of a line of JSON, or the line itself. */
function readLogLine(line: string): string {
  try {
    const { msg, why }: Record<string, unknown> = JSON.parse(line);
    if (typeof msg === "string") return typeof why === "string" ? `${msg} (${why})` : msg;
  } catch {
    // Not JSON.
  }
  return line;
}

type FirstWord =
  | { readonly kind: "started"; readonly p2p: string | null }
  | { readonly kind: "ended" }
  | { readonly kind: "silent" };

function firstWord(child: ChildProcess, limitMs: number): Promise<FirstWord> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve({ kind: "silent" }), limitMs);
    const say = (word: FirstWord): void => {
      clearTimeout(late);
      resolve(word);
    };
    child.once("message", (message) => say({ kind: "started", p2p: addressIn(message) }));
    child.once("exit", () => say({ kind: "ended" }));
    child.once("error", () => say({ kind: "ended" }));
  });
}

function addressIn(message: unknown): string | null {
  const { p2p } = message as { readonly p2p?: unknown };
  return Array.isArray(p2p) && typeof p2p[0] === "string" ? p2p[0] : null;
}
