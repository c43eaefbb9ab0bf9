/**
 * The one place that says which folder may import which. A name is a door of the `imports` map in package.json without
 * its `#`; lower layers come first, and a folder names everything that it may import.
 */
export interface Layer {
  readonly mayImport: readonly string[];
  /** Compiled for browsers as well: neither `node:` nor a global of Node. */
  readonly browserSafe?: true;
}

const values = ["base", "crypto", "model", "spec"];
const rules = [...values, "games", "consensus", "ledger"];
/** Layers 0–2 for folders that run under Node alone. */
const foundation = [...values, "crypto/native"];
/** Layers 0–4 for folders that run under Node alone. */
const lower = [...foundation, "games", "consensus", "ledger", "validation", "storage", "events"];

export const layers: Readonly<Record<string, Layer>> = {
  base: { mayImport: [], browserSafe: true },
  crypto: { mayImport: ["base", "crypto/platform"], browserSafe: true },
  "crypto/native": { mayImport: ["base", "crypto", "crypto/platform"] },
  model: { mayImport: ["base", "crypto"], browserSafe: true },
  spec: { mayImport: ["base", "crypto", "model"], browserSafe: true },
  games: { mayImport: values, browserSafe: true },
  consensus: { mayImport: [...values, "games"], browserSafe: true },
  ledger: { mayImport: [...values, "games"], browserSafe: true },
  validation: { mayImport: [...foundation, "consensus", "ledger"] },
  storage: { mayImport: ["base", "model"] },
  events: { mayImport: ["base", "model"] },
  chain: { mayImport: lower },
  mempool: { mayImport: [...foundation, "ledger", "validation", "storage", "events"] },
  "wallet/core": { mayImport: values, browserSafe: true },
  wallet: { mayImport: [...foundation, "storage", "wallet/core"] },
  production: { mayImport: [...lower, "chain", "mempool"] },
  "production/miner": { mayImport: [...values, "consensus"], browserSafe: true },
  p2p: { mayImport: [...foundation, "validation", "events"] },
  sync: { mayImport: [...foundation, "consensus", "chain", "p2p"] },
  stratum: { mayImport: [...foundation, "consensus", "production", "events"] },
  "stratum/client": { mayImport: [...values, "consensus"] },
  explorer: { mayImport: [...foundation, "events"] },
  "api/contract": { mayImport: values, browserSafe: true },
  "api/server": { mayImport: ["base", "api/contract"] },
  api: {
    mayImport: [
      ...foundation,
      "chain",
      "mempool",
      "wallet",
      "wallet/core",
      "production",
      "explorer",
      "stratum",
      "events",
      "api/contract",
      "api/server",
    ],
  },
  node: {
    mayImport: [
      ...lower,
      "chain",
      "mempool",
      "wallet",
      "wallet/core",
      "production",
      "p2p",
      "sync",
      "stratum",
      "explorer",
      "api",
      "api/contract",
      "api/server",
    ],
  },
  devnet: { mayImport: ["base", "crypto", "spec", "wallet", "wallet/core", "api/contract", "api/server"] },
  cli: {
    mayImport: [
      ...values,
      "consensus",
      "production",
      "production/miner",
      "stratum/client",
      "node",
      "devnet",
      "lab",
      "api/contract",
      "wallet",
      "wallet/core",
    ],
  },
};

/** What the pages may import: the browser-safe folders. */
export const webMayImport: readonly string[] = [...rules, "production/miner", "wallet/core", "api/contract"];

/** Files inside a browser-safe folder that run under Node alone. */
export const nodeOnlyFiles: readonly string[] = [
  "src/crypto/platform/node.ts",
  "src/crypto/platform/ed25519-openssl.ts",
];

/** Doors whose target is chosen by an import condition instead of being a folder's index. */
export const conditionalDoors: Readonly<Record<string, readonly string[]>> = {
  "crypto/platform": ["src/crypto/platform/node.ts", "src/crypto/platform/browser.ts"],
};

/** Relative paths out of a folder that are meant: the version, and the script that builds the pages. */
export const permittedPaths: readonly { readonly from: string; readonly to: string }[] = [
  { from: "src/node/", to: "package.json" },
  { from: "src/devnet/", to: "scripts/build-web.ts" },
  { from: "src/cli/", to: "scripts/build-web.ts" },
  { from: "scripts/pool-whole.ts", to: "test/e2e/agon-process.ts" },
  { from: "scripts/pool-whole.ts", to: "test/e2e/devnet-under-test.ts" },
];

/** Where the clock, timers, randomness and the network are implemented or handed out. */
export const clockFolders: readonly string[] = ["src/base/", "src/node/", "src/devnet/", "src/cli/"];

/** Libraries that one folder hides from all others, by the start of the package's name. */
export const libraryHomes: Readonly<Record<string, string>> = {
  lmdb: "src/storage/",
  "sodium-native": "src/crypto/",
  libp2p: "src/p2p/",
  "@libp2p/": "src/p2p/",
  fastify: "src/api/",
  "@fastify/": "src/api/",
  commander: "src/cli/",
  "@commander-js/": "src/cli/",
  react: "web/",
};
