/** What the operator may set about a devnet. */
import type { ENGINES } from "#spec";

export interface DevnetOptions {
  readonly nodes: number;
  /** Folder that holds everything of the devnet: one folder a node, the token, the audit log. */
  readonly data: string;
  /** How blocks are earned; null: as the chain says that is named, else by work. */
  readonly engine: (typeof ENGINES)[number] | null;
  /** `dev`, `test`, a built-in chain's full name, or the path of a specification; null: what the folder holds, else `dev`, with a pool `test`. */
  readonly spec: string | null;
  /** What the validators of the first nodes bond, in thousands of coins; empty: all the same. */
  readonly stakes: readonly number[];
  /** Begins anew: removes what an earlier devnet left in the folder. */
  readonly fresh: boolean;
  /** Ends by itself after so long; null: when told to. */
  readonly forSeconds: number | null;
  /** Of console and pages; null: 8730, or the next that is free. */
  readonly port: number | null;
  /** The first of the nodes' ports; each takes a pair, API and peers. */
  readonly nodePortsFrom: number;
  /** Hashes a second of all miners together, 0: nobody mines; null: what makes blocks at the chain's spacing. */
  readonly hashRate: number | null;
  /** A mining pool: where miners connect, null: 3333, or the next that is free. Without a pool null as a whole. */
  readonly pool: { readonly port: number | null } | null;
  /** Builds the pages when their sources have changed. */
  readonly buildPages: boolean;
}

export const DEVNET_DEFAULTS: DevnetOptions = {
  nodes: 3,
  data: "./.agon/devnet",
  engine: null,
  spec: null,
  stakes: [],
  fresh: false,
  forSeconds: null,
  port: null,
  nodePortsFrom: 8740,
  hashRate: null,
  pool: null,
  buildPages: true,
};

export const CONSOLE_PORT = 8730;
/** Where miners connect; the pool's own API lies beside it. */
export const STRATUM_PORT = 3333;
export const MAX_NODES = 32;
export const HOST = "127.0.0.1";
