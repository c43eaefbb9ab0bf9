/** What the operator of a pool may set about its Stratum server (docs/spec/stratum.md). */
import { defaultsOf, type ValuesOf } from "#base";

const DAY_MS = 86_400_000;

export const STRATUM_SETTINGS = {
  host: { default: "127.0.0.1", about: "address the server listens on; 0.0.0.0 lets other machines in" },
  port: { default: 3333, min: 0, max: 65_535, about: "TCP port; 0 takes a free one" },
  tlsPort: { default: 0, min: 0, max: 65_535, about: "TCP port for TLS; served where a certificate is given" },
  tlsCertFile: { default: "", about: "certificate chain in PEM; empty means no TLS" },
  tlsKeyFile: { default: "", about: "private key of the certificate in PEM" },
  maxConnections: { default: 2_500, min: 1, max: 100_000, about: "connections at a time" },
  maxConnectionsPerHost: {
    default: 256,
    min: 1,
    max: 100_000,
    about: "connections at a time from one IPv4 address or IPv6 /64; as many again may come in a minute",
  },
  maxConnectionsPerAccount: {
    default: 1_000,
    min: 1,
    max: 100_000,
    about: "connections at a time that mine for one account",
  },
  maxWorkersPerConnection: { default: 16, min: 1, max: 1_000, about: "workers authorized on one connection" },
  maxLineBytes: { default: 4_096, unit: "bytes", min: 512, max: 65_536, about: "longest line a miner may send" },
  maxSendBytes: {
    default: 65_536,
    unit: "bytes",
    min: 4_096,
    max: 2 ** 24,
    about: "unsent data at which a connection that does not read is dropped",
  },
  requestsPerSecond: {
    default: 100,
    min: 1,
    max: 1_000_000,
    about: "lines taken from one connection; beyond, it is read more slowly",
  },
  requestBurst: { default: 400, min: 1, max: 1_000_000, about: "lines taken at once before that rate holds" },
  authorizeMs: { default: 30_000, unit: "ms", min: 100, max: DAY_MS, about: "time to subscribe and authorize" },
  idleMs: { default: 600_000, unit: "ms", min: 1_000, max: DAY_MS, about: "time without a line before a drop" },
  startDifficulty: { default: 2 ** -6, min: 2 ** -31, max: 2 ** 64, about: "difficulty of an unknown worker" },
  minDifficulty: { default: 2 ** -16, min: 2 ** -31, max: 2 ** 64, about: "lowest difficulty" },
  maxDifficulty: { default: 2 ** 64, min: 2 ** -31, max: 2 ** 64, about: "highest difficulty" },
  shareMs: { default: 10_000, unit: "ms", min: 100, max: 600_000, about: "wanted time between shares of a connection" },
  retargetMs: {
    default: 120_000,
    unit: "ms",
    min: 1_000,
    max: 3_600_000,
    about: "time after which a difficulty is looked at; sixteen shares are enough as well",
  },
  variancePercent: { default: 50, unit: "%", min: 1, max: 1_000, about: "how far the rate of shares may be off" },
  difficultyMemoryMs: {
    default: 3_600_000,
    unit: "ms",
    min: 0,
    max: 7 * DAY_MS,
    about: "how long a worker that left keeps its difficulty",
  },
  feeRefreshMs: {
    default: 15_000,
    unit: "ms",
    min: 100,
    max: 600_000,
    about: "least time between jobs that only pay more than the one before",
  },
  jobMs: { default: 45_000, unit: "ms", min: 1_000, max: 60_000, about: "longest time between jobs" },
  awayMs: {
    default: 10_000,
    unit: "ms",
    min: 0,
    max: 600_000,
    about: "how long shares still count after the node has gone away",
  },
  maxSharesPerJob: {
    default: 262_144,
    min: 16,
    max: 2 ** 23,
    about: "shares taken on one job; after half as many there is another",
  },
  maxSharesRemembered: { default: 1_048_576, min: 16, max: 2 ** 26, about: "shares kept to recognise duplicates" },
  banShares: { default: 200, min: 1, max: 1_000_000, about: "shares of one host by which it is judged" },
  banPercent: { default: 50, unit: "%", min: 1, max: 100, about: "share of invalid ones among them that bans" },
  banStrikes: { default: 10, min: 1, max: 1_000, about: "lines that are no requests, after which a host is banned" },
  banMs: { default: 600_000, unit: "ms", min: 0, max: DAY_MS, about: "how long a host stays banned" },
} as const;

export type StratumOptions = ValuesOf<typeof STRATUM_SETTINGS>;
export const DEFAULT_STRATUM_OPTIONS: StratumOptions = defaultsOf(STRATUM_SETTINGS);
