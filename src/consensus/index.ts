export type {
  Draft,
  Duty,
  Engine,
  Guard,
  Insight,
  LotteryView,
  Me,
  Parsed,
  Preference,
  Production,
  SealJob,
  SearchJob,
  SignJob,
  Snapshot,
  Standing,
  Succession,
  TableSource,
  Turn,
  Validity,
  Verdict,
  Voting,
} from "./engine.ts";
export { engineFor } from "./engine-for.ts";
export { computeGenesis } from "./genesis.ts";
export { drawNumber, findDrawn, prefixSums } from "./lottery/draw.ts";
export { createPosEngine } from "./lottery/pos/pos-engine.ts";
export { computeAsertTarget } from "./pow/asert.ts";
export { compactToTarget, targetToCompact, workOf } from "./pow/compact.ts";
export { createKernelSearch, createNonceSearch } from "./pow/kernel/kernel-search.ts";
export { createNonceRanges, type NonceRange } from "./pow/nonce-ranges.ts";
export { createPowEngine, type PowBlock, type PowEngine } from "./pow/pow-engine.ts";
export { encodeSeal, type PowClaim, type PowSeal } from "./pow/seal.ts";
export { type NonceSearch, type SearchWork, searchNonce } from "./pow/search-nonce.ts";
export type { PowData, PowSnapshot } from "./pow/snapshot.ts";
export {
  COINBASE_BYTES,
  COINBASE_EXTRANONCE_AT,
  computeWorkId,
  encodeCoinbase,
  encodeWorkHeader,
  type WorkHeader,
} from "./pow/work-header.ts";
export { createPartsJob, type WorkParts, workPartsOf } from "./pow/work-parts.ts";
export { subsidyAt } from "./subsidy.ts";
