/** What the check of a chain asks of its engine, for one block after the other: each method once, in this order. */
import type { Header } from "./block.ts";
import type { Orders } from "./stake/orders.ts";
import type { Table } from "./stake/table.ts";

export interface Engine {
  readonly genesisClaim: Buffer;
  begin(genesisId: Buffer): void;
  /** The header without its parent (BLOCK-9). @returns its id */
  checkAlone(header: Header, sealHash: Buffer): Buffer;
  /** The header on its parent (BLOCK-9). */
  checkOnParent(header: Header): void;
  /** The votes of the body, which has the root that the header names. */
  checkVotes(votes: readonly Buffer[]): void;
  /** What the ledger is to do besides transactions and credits (STAKE-12). */
  orders(header: Header): Orders | null;
  /** @param table that the ledger made at an epoch step */
  append(header: Header, id: Buffer, table: Table | null): void;
  summary(): EngineSummary;
}

export interface EngineSummary {
  /** Of a chain of work. */
  readonly work?: bigint;
  /** Of a chain of stake. */
  readonly justifiedEpoch?: number;
  readonly finalizedEpoch?: number;
  readonly finalizedHeight?: number;
  readonly finalized?: string;
}
