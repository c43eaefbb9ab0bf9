/** Secrets as English words, after BIP-39. */
import { entropyToMnemonic, mnemonicToEntropy, mnemonicToSeedSync } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { blameSender, err, type Fault, ok, type Random, type Result } from "#base";

/** @param words 12, 15, 18, 21 or 24; the strength in bits is ten and two thirds of it */
export function newMnemonic(random: Random, words: 12 | 15 | 18 | 21 | 24 = 24): string {
  return mnemonicOf(random.bytes((words / 3) * 4));
}

/** @param entropy 16, 20, 24, 28 or 32 bytes */
export function mnemonicOf(entropy: Uint8Array): string {
  return entropyToMnemonic(entropy, wordlist);
}

/**
 * Accepts what people type: any case, any white space between the words.
 * @returns the words in their canonical form, or `mnemonic-malformed`; no word of it is in the fault
 */
export function parseMnemonic(text: string): Result<string, Fault> {
  const words = text.normalize("NFKD").trim().toLowerCase().split(/\s+/).join(" ");
  try {
    mnemonicToEntropy(words, wordlist);
    return ok(words);
  } catch {
    return err(blameSender("mnemonic-malformed"));
  }
}

/**
 * @param mnemonic canonical, as from `newMnemonic` or `parseMnemonic`
 * @param passphrase the optional 25th word
 * @returns 64 bytes
 */
export function mnemonicToSeed(mnemonic: string, passphrase = ""): Uint8Array {
  return mnemonicToSeedSync(mnemonic, passphrase);
}
