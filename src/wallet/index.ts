export type { KeyProtection } from "./guard/guard-journal.ts";
export { decodeInterchange, encodeInterchange } from "./guard/interchange.ts";
export type { Protection, SigningClaim } from "./guard/protection.ts";
export {
  openSigningGuard,
  type SigningGuard,
  type SigningGuardOptions,
  type SigningJob,
} from "./guard/signing-guard.ts";
export { createKeystore, type Keystore, type KeystoreOptions, openKeystore } from "./keystore.ts";
export type { AccountInfo, AccountKind } from "./keystore-file.ts";
export { createOnion, ONION_DEPTH, type Onion, type OnionOptions } from "./onion.ts";
export type { UnlockedWallet } from "./unlocked-wallet.ts";
