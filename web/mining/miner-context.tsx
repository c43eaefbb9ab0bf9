/** Keeps the miner while other pages are looked at. It is made by the mining page, so that no other page loads it. */
import { createContext, type ReactNode, useContext, useState } from "react";
import type { PageMiner } from "./page-miner.ts";

interface MinerPlace {
  miner: PageMiner | null;
}

const MinerContext = createContext<MinerPlace | null>(null);

export function MinerProvider({ children }: { readonly children: ReactNode }) {
  const [place] = useState<MinerPlace>(() => ({ miner: null }));
  return <MinerContext.Provider value={place}>{children}</MinerContext.Provider>;
}

/** @param create makes the miner when there is none yet */
export function useKeptMiner(create: () => PageMiner): PageMiner {
  const place = useContext(MinerContext);
  if (place === null) throw new Error("useKeptMiner needs a MinerProvider above it");
  place.miner ??= create();
  return place.miner;
}
