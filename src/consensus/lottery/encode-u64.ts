const WORD = 2 ** 32;

/** @param value a safe integer, not negative. @returns 8 bytes, least significant first */
export function encodeU64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  const low = value % WORD;
  view.setUint32(0, low, true);
  view.setUint32(4, (value - low) / WORD, true);
  return bytes;
}
