import type { Credit } from "#model";
import type { StateChanges } from "./state/changes.ts";
import { decodeMaturing, TAG } from "./state/tables.ts";

const HEIGHT_AT = 1;
const INDEX_AT = 9;

/** The credits that the block at `height` gave and that wait for their maturity, in order, read from its changes. */
export function creditsIn(changes: StateChanges, height: number): readonly Credit[] {
  const found: { readonly index: number; readonly credit: Credit }[] = [];
  for (const { key, before, after } of changes.entries) {
    if (key[0] !== TAG.maturing || before !== null || after === null) continue;
    const view = new DataView(key.buffer, key.byteOffset, key.length);
    if (Number(view.getBigUint64(HEIGHT_AT, true)) !== height) continue;
    found.push({ index: view.getUint32(INDEX_AT, true), credit: decodeMaturing(after) });
  }
  return found.sort((a, b) => a.index - b.index).map(({ credit }) => credit);
}
