/** The settings of the Stratum server that an operator gave, over its defaults. */
import type { StratumOptions } from "#stratum";
import type { PoolOptions } from "./options.ts";

/** A block is worth so many shares of an unknown worker, or more (rule STRATUM-8). */
const SHARES_OF_A_BLOCK = 32;
/** What the server can say. */
const LEAST_DIFFICULTY = 2 ** -31;

/** @param blockDifficulty of the chain at present; null where the node does not say it yet */
export function stratumOptions(
  given: PoolOptions["stratum"],
  defaults: StratumOptions,
  blockDifficulty: number | null,
): StratumOptions {
  const { host, port, tls, startDifficulty, shareMs, maxConnections, maxConnectionsPerHost } = given;
  const fitting = Math.max(LEAST_DIFFICULTY, (blockDifficulty ?? Number.POSITIVE_INFINITY) / SHARES_OF_A_BLOCK);
  const start = startDifficulty ?? Math.min(fitting, defaults.startDifficulty);
  return {
    ...defaults,
    ...{ host, port },
    ...(tls === null ? {} : { tlsPort: tls.port, tlsCertFile: tls.certFile, tlsKeyFile: tls.keyFile }),
    startDifficulty: start,
    minDifficulty: Math.min(start, defaults.minDifficulty),
    shareMs: shareMs ?? defaults.shareMs,
    maxConnections: maxConnections ?? defaults.maxConnections,
    maxConnectionsPerHost: maxConnectionsPerHost ?? defaults.maxConnectionsPerHost,
  };
}
