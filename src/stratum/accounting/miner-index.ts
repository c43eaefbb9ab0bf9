/** Small numbers for addresses, so that rows stay short. */
import type { Reader } from "./database.ts";

export interface NewMiner {
  readonly id: number;
  readonly address: string;
}

export interface MinerIndex {
  /** A new one goes into `added`, and counts only once `learn` was told that it is stored. */
  idOf(address: string, added: NewMiner[]): number;
  learn(miners: readonly NewMiner[]): void;
  load(db: Reader): Promise<readonly NewMiner[]>;
}

export async function openMinerIndex(db: Reader): Promise<MinerIndex> {
  const ids = new Map<string, number>();
  let last = 0;
  const index: MinerIndex = {
    idOf(address, added) {
      const known = ids.get(address) ?? added.find((miner) => miner.address === address)?.id;
      if (known !== undefined) return known;
      const id = last + added.length + 1;
      added.push({ id, address });
      return id;
    },
    learn(miners) {
      for (const { id, address } of miners) {
        ids.set(address, id);
        last = Math.max(last, id);
      }
    },
    load: (reader) => reader.selectFrom("miners").select(["id", "address"]).execute(),
  };
  index.learn(await index.load(db));
  return index;
}
