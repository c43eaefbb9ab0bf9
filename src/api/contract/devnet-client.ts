/** The calls of a devnet's console. */

import type { MineResult } from "./admin.ts";
import type {
  AuditLog,
  DevnetAccounts,
  DevnetAddRequest,
  DevnetChain,
  DevnetFaucetRequest,
  DevnetFaucetResult,
  DevnetMineRequest,
  DevnetNode,
  DevnetNodes,
  DevnetPool,
  ValidationReport,
} from "./devnet.ts";
import type { CallOptions, Exchange } from "./exchange.ts";

/** Every call throws ApiError when it does not succeed; those that change something need the token. */
export interface DevnetCalls {
  nodes(options?: CallOptions): Promise<DevnetNodes>;
  accounts(options?: CallOptions): Promise<DevnetAccounts>;
  audit(options?: CallOptions): Promise<AuditLog>;
  chain(
    name: string,
    query?: { readonly from?: number; readonly limit?: number },
    options?: CallOptions,
  ): Promise<DevnetChain>;
  mine(name: string, request?: DevnetMineRequest, options?: CallOptions): Promise<MineResult>;
  validate(name: string, options?: CallOptions): Promise<ValidationReport>;
  /** A node more, started. */
  add(request?: DevnetAddRequest, options?: CallOptions): Promise<DevnetNode>;
  /** Coins from a dev account; needs no token, and is limited by address and time. */
  faucet(request: DevnetFaucetRequest, options?: CallOptions): Promise<DevnetFaucetResult>;
  shutdown(name: string, options?: CallOptions): Promise<DevnetNode>;
  start(name: string, options?: CallOptions): Promise<DevnetNode>;
  kill(name: string, options?: CallOptions): Promise<DevnetNode>;
  /** Not found where the devnet has none. */
  pool(options?: CallOptions): Promise<DevnetPool>;
  orderPool(what: "start" | "shutdown" | "kill", options?: CallOptions): Promise<DevnetPool>;
}

export function createDevnetCalls(exchange: Exchange): DevnetCalls {
  const root = "/v1/devnet";
  const node = (name: string, what: string): string => `${root}/nodes/${encodeURIComponent(name)}/${what}`;
  const order = <T>(name: string, what: string, call?: CallOptions, json: unknown = {}) =>
    exchange.json<T>({ method: "POST", path: node(name, what), json }, { timeoutMs: 120_000, ...call });
  return {
    nodes: (call) => exchange.json({ method: "GET", path: `${root}/nodes` }, call),
    accounts: (call) => exchange.json({ method: "GET", path: `${root}/accounts` }, call),
    audit: (call) => exchange.json({ method: "GET", path: `${root}/audit` }, call),
    chain: (name, query, call) =>
      exchange.json({ method: "GET", path: node(name, "chain"), query: { ...query } }, call),
    mine: (name, request, call) => order(name, "mine", call, request ?? {}),
    validate: (name, call) => order(name, "validate", { timeoutMs: 175_000, ...call }),
    add: (request, call) =>
      exchange.json({ method: "POST", path: `${root}/nodes`, json: request ?? {} }, { timeoutMs: 120_000, ...call }),
    faucet: (json, call) =>
      exchange.json({ method: "POST", path: `${root}/faucet`, json }, { timeoutMs: 60_000, ...call }),
    shutdown: (name, call) => order(name, "shutdown", call),
    start: (name, call) => order(name, "start", call),
    kill: (name, call) => order(name, "kill", call),
    pool: (call) => exchange.json({ method: "GET", path: `${root}/pool` }, call),
    orderPool: (what, call) =>
      exchange.json({ method: "POST", path: `${root}/pool/${what}`, json: {} }, { timeoutMs: 120_000, ...call }),
  };
}
