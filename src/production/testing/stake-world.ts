/** A chain of stake in memory with real blocks, for whoever signs them. */
import { createManualClock, type ManualClock, silentLogger } from "#base";
import { type Chain, DEFAULT_CHAIN_OPTIONS, openChain } from "#chain";
import { type Bus, createBus, type NodeEvents } from "#events";
import { createLedger } from "#ledger";
import { chainIdOf, type StakeChainSpec } from "#spec";
import { createMemoryStore, type MemoryStore } from "#storage";
import { prepareHere } from "../../../test/support/forge.ts";
import { stakeSpec, type TestValidator } from "../../../test/support/validators.ts";

export interface StakeWorld {
  readonly spec: StakeChainSpec;
  readonly chain: Chain;
  readonly clock: ManualClock;
  readonly events: Bus<NodeEvents>;
  readonly store: MemoryStore;
  readonly notices: { readonly code: string; readonly text: string; readonly active: boolean }[];
  readonly slotMs: number;
  slotNow(): number;
}

/** Slots of a second, epochs of six, equal bonds. */
export async function openStakeWorld(validators: readonly TestValidator[]): Promise<StakeWorld> {
  const spec = stakeSpec(
    validators,
    validators.map(() => 1_000),
  );
  const chainId = chainIdOf(spec);
  const store = createMemoryStore();
  const clock = createManualClock(spec.genesis.timeMs);
  const events = createBus<NodeEvents>((error) => {
    throw error;
  });
  const notices: StakeWorld["notices"] = [];
  events.on("notice", (notice) => notices.push(notice));
  const chain = await openChain(DEFAULT_CHAIN_OPTIONS, {
    ...{ spec, chainId, store, events, clock, log: silentLogger },
    createLedger: () => createLedger(spec, { indexSeed: 1 }),
    prepare: prepareHere(spec),
  });
  const { slotMs } = spec.engine;
  return {
    ...{ spec, chain, clock, events, store, notices, slotMs },
    slotNow: () => Math.floor((clock.nowMs() - spec.genesis.timeMs) / slotMs),
  };
}
