/** The calls about validators and finality; on chains without them each throws ApiError `not-on-this-chain`. */

import type { CallOptions, Exchange } from "./exchange.ts";
import type { Duties, EpochInfo, EpochPage, Evidence, Finality, Validator, Validators } from "./stake.ts";

export interface StakeCalls {
  validators(options?: CallOptions): Promise<Validators>;
  /** @param address of the owner */
  validator(address: string, options?: CallOptions): Promise<Validator>;
  /** Own slots as far as they are drawn. */
  duties(address: string, query?: { readonly count?: number }, options?: CallOptions): Promise<Duties>;
  /** Newest first from `from` (default: the present epoch) down. */
  epochs(query?: { readonly from?: number; readonly limit?: number }, options?: CallOptions): Promise<EpochPage>;
  epoch(number: number, options?: CallOptions): Promise<EpochInfo>;
  finality(options?: CallOptions): Promise<Finality>;
  /** Offences that nobody has reported yet. */
  evidence(options?: CallOptions): Promise<Evidence>;
}

export function createStakeCalls(exchange: Exchange): StakeCalls {
  const get = <T>(path: string, call?: CallOptions, query?: Readonly<Record<string, number | undefined>>) =>
    exchange.json<T>({ method: "GET", path, ...(query && { query }) }, call);
  const validator = (address: string): string => `/v1/validators/${encodeURIComponent(address)}`;
  return {
    validators: (call) => get("/v1/validators", call),
    validator: (address, call) => get(validator(address), call),
    duties: (address, query, call) => get(`${validator(address)}/duties`, call, { ...query }),
    epochs: (query, call) => get("/v1/epochs", call, { ...query }),
    epoch: (number, call) => get(`/v1/epochs/${number}`, call),
    finality: (call) => get("/v1/finality", call),
    evidence: (call) => get("/v1/evidence", call),
  };
}
