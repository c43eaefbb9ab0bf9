/** What the operator of a pool decides; what the chain decides comes from its node. */
import type { Address } from "#base";
import type { DatabaseOptions, Scheme } from "#stratum";

export interface PoolOptions {
  /** Keeps the books, the key of receipts and the token of the API. */
  readonly folder: string;
  readonly node: { readonly url: string; readonly token: string | undefined };
  readonly stratum: {
    readonly host: string;
    readonly port: number;
    /** Null: no TLS. */
    readonly tls: { readonly port: number; readonly certFile: string; readonly keyFile: string } | null;
    readonly startDifficulty: number | null;
    /** Wanted time between two shares of a connection. */
    readonly shareMs: number | null;
    readonly maxConnections: number | null;
    readonly maxConnectionsPerHost: number | null;
  };
  readonly api: {
    readonly host: string;
    readonly port: number;
    readonly isPortFixed: boolean;
    readonly allowedHosts: readonly string[];
  };
  readonly terms: { readonly scheme: Scheme; readonly feePpm: number; readonly windowBlocks: number };
  readonly thresholdAtoms: bigint;
  readonly reserveAtoms: bigint;
  /** Null: SQLite in the folder. */
  readonly database: DatabaseOptions | null;
  /** Test mode of the audit: each n-th share is dropped on purpose. 0 in earnest. */
  readonly dropEvery: number;
  readonly logLevel: string;
}

/** Whose account is credited for blocks, and pays. */
export interface PoolOwner {
  readonly address: Address;
  /** 32 secret bytes. */
  readonly seed: Uint8Array;
}
