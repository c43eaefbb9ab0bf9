export { type BodyFault, type CheckedBody, checkBody, checkBodyFits, type PrepareTransactions } from "./block-body.ts";
export { type ChainView, checkFence, checkHeaderGate, type TrustedBlock } from "./block-gate.ts";
export { createVoteSignatures, type VoteSignatures } from "./vote-signatures.ts";
