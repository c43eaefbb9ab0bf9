/** One node as a process of its own, started again on its ports and data. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { DevnetNodeState } from "#api/contract";
import { OperationError } from "#base";
import { HOST } from "./options.ts";
import type { PortPair } from "./ports.ts";
import { WatchedProcess } from "./watched-process.ts";

/** Many nodes share a machine: less room for young objects, collected more often. */
const SMALL_HEAP = ["--max-semi-space-size=8"];

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
  readonly #process: WatchedProcess;
  #dialAddress: string | null = null;

  constructor(options: NodeProcessOptions) {
    const { name, folder, ports, program } = options;
    this.#options = options;
    this.name = name;
    this.folder = folder;
    this.ports = ports;
    this.api = `http://${HOST}:${ports.api}`;
    this.#process = new WatchedProcess({
      ...{ name, folder, program, logName: "node.log", kind: "node", nodeOptions: SMALL_HEAP },
      ...{ keepsPid: false, ports: () => [ports.api, ports.p2p] },
    });
  }

  get state(): DevnetNodeState {
    return this.#process.state;
  }

  /** Why it is as it is, when there is something to say. */
  get note(): string | null {
    return this.#process.note;
  }

  get pid(): number | null {
    return this.#process.pid;
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
    this.#process.trimLog();
  }

  /**
   * Resolves when the node says that it has started.
   * @param bootstrap multiaddrs of its peers
   * @throws OperationError `node-crashed` when it ends instead, `node-slow` when it does neither
   */
  start(bootstrap: readonly string[]): Promise<void> {
    return this.#process.start(
      () => this.#arguments(bootstrap),
      (word) => {
        this.#dialAddress = addressIn(word);
      },
    );
  }

  /** Tells it to end, and kills it when it does not. Resolves when it has ended. */
  shutdown(): Promise<void> {
    return this.#process.shutdown();
  }

  /** SIGKILL, as a power cut would end it. Resolves when it has ended. */
  kill(): Promise<void> {
    return this.#process.kill();
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
}

function validatorArguments({ key, passphraseFile, alone }: ValidatorOptions): readonly string[] {
  return [
    ...["--validator-key", key],
    ...(passphraseFile === null ? [] : ["--validator-passphrase-file", passphraseFile]),
    ...(alone ? ["--alone"] : []),
  ];
}

function addressIn(message: unknown): string | null {
  const { p2p } = message as { readonly p2p?: unknown };
  return Array.isArray(p2p) && typeof p2p[0] === "string" ? p2p[0] : null;
}
