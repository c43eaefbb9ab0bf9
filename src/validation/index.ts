export { type BodyFault, type CheckedBody, checkBody, checkBodyFits, type PrepareTransactions } from "./block-body.ts";
export { type ChainView, checkHeaderGate } from "./block-gate.ts";
