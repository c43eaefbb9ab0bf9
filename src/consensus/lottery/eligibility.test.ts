/** Draws over bonds where those drawn usually are too few or too quiet (rule STAKE-19). */
import { describe, expect, it } from "vitest";
import { asHash, toHex } from "#base";
import { createEpochTable, type EpochTable } from "#model";
import { signerOf } from "../../../test/support/stake.ts";
import { createLotteryEngine } from "./lottery-engine.ts";
import type { Fallback } from "./rules.ts";

const chainId = asHash(new Uint8Array(32).fill(4));
const keys = Array.from({ length: 6 }, (_, index) => signerOf(index).me.key).sort(Buffer.compare);
const [players, holders] = [keys.slice(0, 3), keys.slice(3)];

function engineOf(fallback: Fallback | null, genesisTable: EpochTable) {
  return createLotteryEngine(
    {
      name: "test",
      genesisMs: 0,
      slotMs: 1_000,
      epochSlots: 200,
      maxAheadMs: 1_000,
      fallback,
      formerEpochs: 0,
      genesisTable,
      rewards: () => [],
    },
    chainId,
    { load: () => null },
  );
}

function tableOf(count: number): EpochTable {
  const entries = (of: typeof keys, weight: bigint) => of.map((key) => ({ key, weight }));
  return createEpochTable(entries(players.slice(0, count), 7n), { bondEntries: entries(holders, 11n) });
}

/** Who is drawn in the slots of the first epoch, by name. */
function drawn(fallback: Fallback | null, table: EpochTable): Set<string>[] {
  const engine = engineOf(fallback, table);
  const genesis = engine.genesis(asHash(new Uint8Array(32)));
  const range = (from: number, to: number) =>
    new Set(Array.from({ length: to - from }, (_, i) => toHex(engine.lottery!.leaderOf(from + i, genesis)!)));
  return [range(1, 12), range(12, 100)];
}

const names = (of: typeof keys) => new Set(of.map(toHex));

describe("the fallback", () => {
  const fallback = { minEntries: 3, afterSlots: 12 };

  it("draws over bonds after so many silent slots", () => {
    const [soon, late] = drawn(fallback, tableOf(3));
    expect(soon).toEqual(names(players));
    expect(late).toEqual(names(holders));
  });

  it("takes the bonds for the table where that has too few entries", () => {
    const [soon, late] = drawn(fallback, tableOf(2));
    expect(soon).toEqual(names(holders));
    expect(late).toEqual(names(holders));
  });

  it("does nothing where it is off, or where nobody has bonds", () => {
    expect(drawn(null, tableOf(2))).toEqual([names(players.slice(0, 2)), names(players.slice(0, 2))]);
    const bare = createEpochTable(players.slice(0, 2).map((key) => ({ key, weight: 1n })));
    expect(drawn(fallback, bare)[1]).toEqual(names(players.slice(0, 2)));
  });

  it("weighs 1 where bonds stood in for a silent table, and 16 otherwise", () => {
    const weightAt = (slot: number, table: EpochTable) => {
      const engine = engineOf(fallback, table);
      const genesis = engine.genesis(asHash(new Uint8Array(32)));
      const reveal = asHash(new Uint8Array(32));
      const key = engine.lottery!.leaderOf(slot, genesis)!;
      const header = {
        ...{ version: 1, height: 1, parent: genesis.id, timeMs: slot * 1_000, bodyRoot: reveal, stateRoot: reveal },
        ...{
          proposer: new Uint8Array(20) as never,
          claim: reveal,
          seal: new Uint8Array([...key, ...new Uint8Array(64)]),
        },
      };
      const block = engine.parse(header);
      if (!block.ok) throw new Error(block.error.code);
      expect(engine.checkOnParent(block.value, genesis, slot * 1_000)).toEqual({ kind: "ok" });
      expect(engine.plausible(block.value, genesis)).toBe(true);
      const turn = engine.turn(genesis, { key, reveal: () => reveal }, slot * 1_000);
      expect(turn).toMatchObject({ kind: "now", claim: { signer: key } });
      return engine.advance(genesis, block.value, null, null).weight;
    };
    expect([weightAt(11, tableOf(3)), weightAt(12, tableOf(3)), weightAt(12, tableOf(2))]).toEqual([16n, 1n, 16n]);
  });
});
