/** What anybody can check of a pool, in a browser too. */
export { auditPool } from "./audit.ts";
export type {
  AuditChain,
  AuditedAccount,
  AuditedCredit,
  AuditedCredits,
  AuditedPayout,
  AuditReport,
  AuditRequest,
  AuditSource,
  Finding,
  FindingCode,
  Severity,
} from "./audit-source.ts";
export { normalTail, poissonAtLeast, poissonAtMost, poissonBand } from "./poisson.ts";
export { decodeReceipt, isReceiptSigned, type Receipt, signReceipt } from "./receipt.ts";
export {
  type BlockWorks,
  cutWindow,
  type Division,
  divideReward,
  feeOf,
  mergeWork,
  ppsAtoms,
  ppsValue,
  SCHEMES,
  type Scheme,
  type Terms,
} from "./schemes.ts";
export {
  appendLeaf,
  createLogTree,
  EMPTY_FRONTIER,
  type Frontier,
  frontierRoot,
  innerHash,
  isConsistent,
  isIncluded,
  type LogTree,
  leafHash,
} from "./share-log.ts";
export { decodeShareRecord, encodeShareRecord, type ShareRecord } from "./share-record.ts";
export { blockWorkOf, checkShareWork, type WorkFault } from "./share-work.ts";
export { type Credit, splitByWork, type WorkShare } from "./split.ts";
export { creditsRoot, isStatementSigned, type SignedStatement, type Statement, signStatement } from "./statement.ts";
export {
  decodeTakenThreshold,
  encodeTakenThreshold,
  isThresholdTaken,
  type TakenThreshold,
  takeThreshold,
} from "./taken-threshold.ts";
export {
  decodeSignedTreeHead,
  encodeSignedTreeHead,
  isTreeHeadSigned,
  type SignedTreeHead,
  signTreeHead,
  type TreeHead,
} from "./tree-head.ts";
export { type Band, type BlockRecord, judgeAll, judgeLuck, type LuckReport, type Verdict } from "./withholding.ts";
