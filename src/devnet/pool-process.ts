/** The pool of a devnet as a process of its own: its blocks and payouts are those of a dev account. */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DevnetPool } from "#api/contract";
import { OperationError } from "#base";
import { formatAddress } from "#crypto";
import { type ChainSpec, DEV_ACCOUNT_COUNT, devAccountName, nominalHashRate } from "#spec";
import { devAccount } from "#wallet/core";
import { HOST, STRATUM_PORT } from "./options.ts";
import { findPort, findPortPair, isFree } from "./ports.ts";
import { WatchedProcess } from "./watched-process.ts";

/** Of the ten dev accounts the last but one: the last is the faucet's, and people begin with the first. */
export const POOL_ACCOUNT = DEV_ACCOUNT_COUNT - 2;
/** So that a miner is paid for its first block, coins. */
const THRESHOLD_COINS = 10;
/** Between two shares of a miner: blocks come every few seconds, and shall take several. */
const SHARE_S = 0.5;
/** How long all nodes together would take for a share of an unknown miner: it shall not wait for its first, and is soon given more. */
const FIRST_SHARES_S = 0.25;
const MOST_START_DIFFICULTY = 2 ** -6;
const HASHES_OF_DIFFICULTY_1 = 2 ** 32;

export interface PoolProcessOptions {
  readonly folder: string;
  /** Of Stratum; null: the usual one, or the next that is free. */
  readonly port: number | null;
  readonly spec: ChainSpec;
  /** The script that runs `pool run …`. */
  readonly program: string;
  /** The console: it passes on to whichever node runs, so that the pool survives each of them. */
  readonly node: { readonly url: Promise<string>; readonly folder: string };
}

interface Ports {
  readonly stratum: number;
  readonly api: number;
}

export class PoolProcess {
  readonly name = "pool";
  readonly address: string;
  readonly #options: PoolProcessOptions;
  readonly #process: WatchedProcess;
  #ports: Ports | null = null;

  constructor(options: PoolProcessOptions) {
    const { folder, program, spec } = options;
    this.#options = options;
    this.address = formatAddress(devAccount(POOL_ACCOUNT).address, spec.addressPrefix);
    this.#process = new WatchedProcess({
      ...{ name: "the pool", folder, program, logName: "pool.log", kind: "pool", nodeOptions: [] },
      keepsPid: true,
      // Its miners come back to where it was.
      ports: () => Object.values(this.#ports ?? {}).filter((port) => port !== 0),
    });
  }

  get state(): DevnetPool["state"] {
    return this.#process.state;
  }

  /** Null before it has started once. */
  get ports(): Ports | null {
    return this.#ports;
  }

  view(): DevnetPool {
    const { state, note, pid } = this.#process;
    const why = note === null ? {} : { note };
    const places =
      this.#ports === null
        ? { api: null, stratum: null }
        : { api: `http://${HOST}:${this.#ports.api}`, stratum: `stratum+tcp://${HOST}:${this.#ports.stratum}` };
    return { state, ...why, pid, ...places, address: this.address, account: devAccountName(POOL_ACCOUNT) };
  }

  /** The bearer token of its own API. @throws OperationError `token-unreadable` */
  token(): string {
    const file = join(this.#options.folder, "api-token");
    try {
      return readFileSync(file, "utf8").trim();
    } catch (cause) {
      throw new OperationError("token-unreadable", `the token file ${file} of the pool cannot be read`, { cause });
    }
  }

  trimLog(): void {
    this.#process.trimLog();
  }

  /**
   * Resolves when miners can connect.
   * @throws OperationError `pool-crashed` when it ends instead, `pool-slow` when it does neither, `port-taken`
   */
  async start(): Promise<void> {
    mkdirSync(this.#options.folder, { recursive: true, mode: 0o700 });
    const url = await this.#options.node.url;
    await this.#process.start(
      async () => {
        this.#ports ??= await choosePorts(this.#options.port);
        return this.#arguments(url, this.#ports);
      },
      (word) => {
        this.#ports = portsIn(word) ?? this.#ports;
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

  #arguments(url: string, { stratum, api }: Ports): readonly string[] {
    const { folder, node, spec } = this.#options;
    return [
      ...["pool", "run", "--node", url, "--node-data", node.folder, "--data", folder],
      ...["--from", devAccountName(POOL_ACCOUNT), "--threshold", String(THRESHOLD_COINS)],
      ...["--host", HOST, "--port", String(stratum), "--api-host", HOST, "--api-port", String(api)],
      ...["--difficulty", String(startDifficulty(spec)), "--share-seconds", String(SHARE_S)],
    ];
  }
}

/** @throws OperationError `port-taken` */
async function choosePorts(wanted: number | null): Promise<Ports> {
  // The system chooses, and the pool says what it chose.
  if (wanted === 0) return { stratum: 0, api: 0 };
  if (wanted === null) {
    const { api: stratum, p2p: api } = await findPortPair(STRATUM_PORT, () => false);
    return { stratum, api };
  }
  if (!(await isFree(wanted)))
    throw new OperationError("port-taken", `port ${wanted} is taken: give another --pool-port, or none`);
  return { stratum: wanted, api: await findPort(wanted + 1) };
}

function portsIn(word: unknown): Ports | null {
  const { port, stratum } = word as { readonly port?: unknown; readonly stratum?: unknown };
  if (typeof port !== "number" || !Array.isArray(stratum) || typeof stratum[0] !== "string") return null;
  return { api: port, stratum: Number(URL.parse(stratum[0])?.port) };
}

function startDifficulty({ engine }: ChainSpec): number {
  const hashes = (nominalHashRate(engine) ?? 1) * FIRST_SHARES_S;
  return Math.min(MOST_START_DIFFICULTY, hashes / HASHES_OF_DIFFICULTY_1);
}
