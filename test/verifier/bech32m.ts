/** Addresses as text (rule KEY-3, BIP-350). */
import { check } from "./refusal.ts";

const DIGITS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const BECH32M = 0x2bc830a3;
const GENERATOR = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

/** @returns the 20 bytes of an address of `prefix` in lower case */
export function readAddress(text: string, prefix: string): Buffer {
  const start = `${prefix}1`;
  check(text.startsWith(start), "KEY-3", `${text} does not begin with ${start}`);
  const values = [...text.slice(start.length)].map((digit) => DIGITS.indexOf(digit));
  check(values.length === 38 && !values.includes(-1), "KEY-3", `${text} is not of 38 bech32 digits in lower case`);
  check(polymod([...spread(prefix), ...values]) === BECH32M, "KEY-3", `the checksum of ${text} is wrong`);
  // 32 digits of 5 bits are exactly 20 bytes, so there is no padding to look at.
  let bits = 0n;
  for (const value of values.slice(0, 32)) bits = (bits << 5n) | BigInt(value);
  return Buffer.from(bits.toString(16).padStart(40, "0"), "hex");
}

function spread(prefix: string): number[] {
  const codes = [...prefix].map((letter) => letter.charCodeAt(0));
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
}

function polymod(values: readonly number[]): number {
  let sum = 1;
  for (const value of values) {
    const top = sum >>> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    GENERATOR.forEach((term, i) => {
      if ((top >>> i) & 1) sum ^= term;
    });
  }
  return sum >>> 0;
}
