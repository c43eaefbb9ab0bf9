/** What the operator may set about a devnet. */
export interface DevnetOptions {
  readonly nodes: number;
  /** Folder that holds everything of the devnet: one folder a node, the token, the audit log. */
  readonly data: string;
  /** `dev`, `test`, `main`, or the path of a chain specification. */
  readonly spec: string;
  /** Begins anew: removes what an earlier devnet left in the folder. */
  readonly fresh: boolean;
  /** Ends by itself after so long; null: when told to. */
  readonly forSeconds: number | null;
  /** Of console and pages; null: 8730, or the next that is free. */
  readonly port: number | null;
  /** The first of the nodes' ports; each takes a pair, API and peers. */
  readonly nodePortsFrom: number;
  /** Hashes a second of all miners together; null: what makes blocks at the chain's spacing. */
  readonly hashRate: number | null;
  /** Builds the pages when their sources have changed. */
  readonly buildPages: boolean;
}

export const DEVNET_DEFAULTS: DevnetOptions = {
  nodes: 3,
  data: "./.agon/devnet",
  spec: "dev",
  fresh: false,
  forSeconds: null,
  port: null,
  nodePortsFrom: 8740,
  hashRate: null,
  buildPages: true,
};

export const CONSOLE_PORT = 8730;
export const MAX_NODES = 32;
export const HOST = "127.0.0.1";
