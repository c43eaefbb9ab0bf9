/** Numbers of edwards25519, little-endian. */
import { fromHex } from "#base";

/** L, the order of the base point: 2^252 + 27742317777372353535851937790883648493. */
export const ORDER = fromHex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")!;

/** y of the eight points whose order divides 8: orders 1, 2, 4 and twice 8; x has either sign. */
export const SMALL_ORDER_Y: readonly Uint8Array[] = [
  "0100000000000000000000000000000000000000000000000000000000000000",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "0000000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
].map((text) => fromHex(text)!);
