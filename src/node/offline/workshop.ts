/** A chain outside a node: opened on any store, with signature checks, without peers. */
import { type Clock, type Hash, type Logger, silentLogger, systemClock } from "#base";
import { type Chain, DEFAULT_CHAIN_OPTIONS, openChain } from "#chain";
import { createVerifyPool } from "#crypto/native";
import { createBus, type NodeEvents } from "#events";
import { createLedger } from "#ledger";
import type { ChainSpec } from "#spec";
import type { Store } from "#storage";
import { prepareWith } from "../prepare.ts";

export interface Workshop {
  readonly chain: Chain;
  close(): Promise<void>;
}

export interface WorkshopParts {
  readonly spec: ChainSpec;
  readonly chainId: Hash;
  readonly store: Store;
  readonly clock?: Clock;
  readonly log?: Logger;
}

export async function openWorkshop(parts: WorkshopParts): Promise<Workshop> {
  const { spec, chainId, store, clock = systemClock(), log = silentLogger } = parts;
  const pool = createVerifyPool({ chainId }, { log });
  await pool.start();
  try {
    const chain = await openChain(DEFAULT_CHAIN_OPTIONS, {
      ...{ spec, chainId, store, clock, log },
      createLedger: () => createLedger(spec),
      prepare: prepareWith(pool),
      events: createBus<NodeEvents>((error) => {
        throw error;
      }),
    });
    return {
      chain,
      async close() {
        await chain.stop();
        await pool.stop();
      },
    };
  } catch (error) {
    await pool.stop();
    throw error;
  }
}
