/** All settings of a node, by section. Chain rules are not here: they belong to the chain specification. */
import type { Settings, ValuesOf } from "#base";
import { CHAIN_SETTINGS } from "#chain";
import { MEMPOOL_SETTINGS } from "#mempool";
import { SYNC_SETTINGS } from "#sync";
import { CHECKPOINT_FORM } from "./checkpoint.ts";
import { PACE_OF_CHAIN } from "./mining-pace.ts";

const ADDRESS = { pattern: /^[a-z0-9]{1,20}1[a-z0-9]{20,80}$/i, words: "an address of an account" };
const IP = { pattern: /^[0-9a-f.]*[.:][0-9a-f:.]*$/i, words: "an IP address" };
const MULTIADDR = {
  pattern: /^\/(ip4|ip6|dns|dns4|dns6)\/[^/]+\/tcp\/\d{1,5}(\/|$)/,
  words: "multiaddrs such as /ip4/192.0.2.7/tcp/8731",
};

const NODE_SETTINGS = {
  data: { default: "./.agon/node", about: "folder that holds everything the node keeps" },
  spec: { default: "dev", about: "main, test, dev, pos-test, pos-dev, or the path of a chain specification" },
  checkpoint: {
    default: "",
    about:
      "block that you trust, as <height>:<block id> with @ and the first 16 digits of the chain id if you have them",
    form: {
      pattern: CHECKPOINT_FORM,
      words: "<height>:<block id>, as 'agon status' of a node that you trust shows it",
    },
  },
  alone: { default: false, about: "produce blocks that are signed also while no peer is connected" },
  logLevel: {
    default: "info",
    about: "trace, debug, info, warn, error or silent",
    form: { pattern: /^(trace|debug|info|warn|error|silent)$/, words: "trace, debug, info, warn, error or silent" },
  },
} as const satisfies Settings;

const API_SETTINGS = {
  host: {
    default: "127.0.0.1",
    about: "address the API and pages listen on; anything but loopback opens it to others",
  },
  port: { default: 8730, min: 0, max: 65_535, about: "TCP port of API and pages; 0 takes any" },
  allowedHosts: { default: [] as readonly string[], about: "names by which the API may be called, besides localhost" },
  allowedOrigins: {
    default: [] as readonly string[],
    about: "origins of other pages that may call the API",
    form: { pattern: /^https?:\/\/[^/\s]+$/, words: "origins such as http://127.0.0.1:8730" },
  },
  requestsPerSecond: { default: 5_000, min: 1, max: 1_000_000, about: "requests a second from one address" },
  maxConnections: { default: 512, min: 1, max: 100_000, about: "open connections" },
} as const satisfies Settings;

const P2P_SETTINGS = {
  host: { default: "127.0.0.1", about: "address the peer-to-peer port listens on", form: IP },
  port: { default: 8731, min: 0, max: 65_535, about: "TCP port for peers; 0 takes any" },
  webSocketPort: { default: -1, min: -1, max: 65_535, about: "port for peers over WebSocket; 0 takes any, -1 none" },
  bootstrap: { default: [] as readonly string[], about: "multiaddrs of peers to begin with", form: MULTIADDR },
  announce: {
    default: [] as readonly string[],
    about: "multiaddrs told to others instead of what is listened on",
    form: MULTIADDR,
  },
  targetOutbound: { default: 8, unit: "peers", min: 0, max: 256, about: "connections the node opens itself" },
  maxInbound: { default: 64, unit: "peers", min: 0, max: 4_096, about: "connections it takes" },
  maxPerHost: {
    default: 8,
    min: 1,
    max: 4_096,
    about: "connections it takes from one IPv4 address or one /64 of IPv6",
  },
  maxNewPerMinutePerHost: { default: 60, min: 1, max: 100_000, about: "new connections a minute from one of those" },
  limitLoopback: { default: false, about: "hold connections from this machine to these bounds of a host as well" },
  allowPrivate: { default: true, about: "remember and tell private and loopback addresses, for devnets and LANs" },
  mdns: { default: false, about: "look for peers on the local network" },
} as const satisfies Settings;

const MINING_SETTINGS = {
  enabled: { default: false, about: "produce blocks" },
  threads: { default: 1, min: 1, max: 256, about: "threads that search" },
  hashRate: {
    default: PACE_OF_CHAIN,
    unit: "hashes/s",
    min: PACE_OF_CHAIN,
    max: 1_000_000,
    about:
      "search no faster than this; 0 = as fast as it goes; -1 = at the chain's spacing where its target does not follow, as of dev, else as fast as it goes",
  },
  rewardAddress: { default: "", about: "who is credited; empty: an address of the node's own key", form: ADDRESS },
} as const satisfies Settings;

const VALIDATOR_SETTINGS = {
  key: {
    default: "",
    about: "sign blocks and votes: own (keys of 'agon validator init' in the data folder), a folder, or dev:0 … dev:31",
    form: { pattern: /^(?!dev:)|^dev:([0-9]|[12][0-9]|3[01])$/, words: "own, a folder, or dev:0 … dev:31" },
  },
  passphraseFile: { default: "", about: "file whose first line opens the validator's keys" },
  reward: { default: "", about: "who is credited for its blocks; empty: the signing key's own account", form: ADDRESS },
} as const satisfies Settings;

export const SETTINGS = {
  node: NODE_SETTINGS,
  api: API_SETTINGS,
  p2p: P2P_SETTINGS,
  mining: MINING_SETTINGS,
  validator: VALIDATOR_SETTINGS,
  chain: CHAIN_SETTINGS,
  mempool: MEMPOOL_SETTINGS,
  sync: SYNC_SETTINGS,
} as const satisfies Readonly<Record<string, Settings>>;

export type Section = keyof typeof SETTINGS;
export type NodeConfig = { readonly [S in Section]: ValuesOf<(typeof SETTINGS)[S]> };

/** Where a value came from. */
export type Source = "default" | "file" | "environment" | "flag";
