export { type AccountKey, accountKey, accountPath } from "./account-key.ts";
export { type BondOptions, buildBond, buildEvidence, buildRenew, buildUnbond } from "./build-stake.ts";
export { buildRecord, buildTransfer, minFeeAtoms, type SigningOptions, signTransaction } from "./build-transaction.ts";
export { formatCoins, parseCoins } from "./coins.ts";
export { type DevAccount, devAccount } from "./dev-account.ts";
export { findAccounts, GAP_LIMIT } from "./find-accounts.ts";
export { highFeeTimes } from "./high-fee.ts";
export { formatPaymentUri, type PaymentRequest, parsePaymentUri } from "./payment-uri.ts";
export { signThreshold } from "./pool-threshold.ts";
