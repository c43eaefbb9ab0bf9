export type { KeyProtection } from "./guard/guard-journal.ts";
export { decodeInterchange, encodeInterchange } from "./guard/interchange.ts";
export { NOTHING_SIGNED, type Protection, protectionAfter, type SigningClaim } from "./guard/protection.ts";
export {
  openSigningGuard,
  type SigningGuard,
  type SigningGuardOptions,
  type SigningJob,
} from "./guard/signing-guard.ts";
export { createKeystore, type Keystore, type KeystoreOptions, openKeystore } from "./keystore.ts";
export type { AccountInfo, AccountKind } from "./keystore-file.ts";
export type { UnlockedWallet } from "./unlocked-wallet.ts";
export type { ValidatorKeyInfo, ValidatorSeeds } from "./validator/key-file.ts";
export { createOnion, ONION_DEPTH, type Onion, type OnionOptions } from "./validator/onion.ts";
export { type OnionKey, type Onions, tipForBond } from "./validator/onions.ts";
export {
  type OpenValidatorOptions,
  openDevValidator,
  openValidator,
  type Validator,
  type ValidatorSigner,
  validatorFolder,
} from "./validator/validator.ts";
export {
  type AddKeyOptions,
  addValidatorKey,
  hasValidatorKeys,
  openValidatorKeys,
  type ValidatorKeys,
} from "./validator/validator-keys.ts";
