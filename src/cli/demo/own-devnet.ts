/** A devnet for a demonstration, which ends with it. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Devnet, runDevnet } from "#devnet";
import { VERSION } from "#node";
import { canonicalJson, quickStakeSpec, specToJson } from "#spec";

const NODES = 3;
/** Short enough to see a bond come back within two minutes. */
const QUICK = { slotMs: 500, epochSlots: 8, unbondEpochs: 4 };

export interface OwnDevnetOptions {
  /** Empty. */
  readonly folder: string;
  readonly isFast: boolean;
  readonly signal: AbortSignal;
}

export function startOwnDevnet({ folder, isFast, signal }: OwnDevnetOptions): Promise<Devnet> {
  const data = join(folder, "devnet");
  let spec = "pos-dev";
  if (isFast) {
    spec = join(folder, "fast.json");
    mkdirSync(folder, { recursive: true });
    writeFileSync(spec, canonicalJson(specToJson(quickStakeSpec("pos-fast", QUICK))));
  }
  // The usual ports may belong to another devnet.
  return runDevnet({ nodes: NODES, data, spec, buildPages: false, port: 0 }, { signal, version: VERSION });
}
