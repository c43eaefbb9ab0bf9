export { createKeystore, type Keystore, type KeystoreOptions, openKeystore } from "./keystore.ts";
export type { AccountInfo, AccountKind } from "./keystore-file.ts";
export type { UnlockedWallet } from "./unlocked-wallet.ts";
