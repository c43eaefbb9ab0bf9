/** Amounts as people write them: coins with up to eight decimals, exactly, never by way of floating point. */
import { ATOMS_PER_COIN } from "#model";

const DECIMALS = 8;

/** Without zeros at the end: `12.5`, `0.00000001`, `3`. */
export function formatCoins(atoms: bigint): string {
  const size = atoms < 0n ? -atoms : atoms;
  const fraction = (size % ATOMS_PER_COIN).toString().padStart(DECIMALS, "0").replace(/0+$/, "");
  return `${atoms < 0n ? "-" : ""}${size / ATOMS_PER_COIN}${fraction === "" ? "" : `.${fraction}`}`;
}

/**
 * Digits, and up to eight more after a point; no sign, exponent or separators.
 * @returns null when the text is none such, or past 2^64 atoms
 */
export function parseCoins(text: string): bigint | null {
  const match = /^(\d{1,12})(?:\.(\d{1,8}))?$/.exec(text);
  if (match === null) return null;
  const atoms = BigInt(match[1]!) * ATOMS_PER_COIN + BigInt((match[2] ?? "").padEnd(DECIMALS, "0"));
  return atoms >> 64n === 0n ? atoms : null;
}
