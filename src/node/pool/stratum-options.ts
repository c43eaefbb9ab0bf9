/** The settings of the Stratum server that an operator gave, over its defaults. */
import type { StratumOptions } from "#stratum";
import type { PoolOptions } from "./options.ts";

export function stratumOptions(given: PoolOptions["stratum"], defaults: StratumOptions): StratumOptions {
  const { host, port, tls, startDifficulty, shareMs, maxConnections, maxConnectionsPerHost } = given;
  const start = startDifficulty ?? defaults.startDifficulty;
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
