/** The narrow views that other folders ask for, over the chain. */
import { type BlockId, blameNobody, type Clock, type Fault } from "#base";
import { type Chain, findLocated } from "#chain";
import { createTransactionRules } from "#ledger";
import type { MempoolView } from "#mempool";
import { encodeHeader } from "#model";
import { type BlockSink, type BlockSource, WIRE_VERSION } from "#p2p";
import type { ChainSpec } from "#spec";
import type { DiskWatch } from "./disk-watch.ts";
import { createSlotLimit } from "./slot-limit.ts";

export function createMempoolView(spec: ChainSpec, chain: Chain): MempoolView {
  const rules = createTransactionRules(spec);
  return {
    minFeePerByteAtoms: spec.fees.minFeePerByteAtoms,
    account: (address) => chain.account(address),
    refusal: (item) => chain.refusal(item),
    costAtoms: (item) => rules.cost(item, (address) => chain.account(address) !== null),
  };
}

export function createBlockSource(chain: Chain, clock: Clock): BlockSource {
  return {
    status() {
      const { head } = chain;
      return {
        wireVersion: WIRE_VERSION,
        chainId: chain.chainId,
        genesisId: chain.genesisId,
        head: {
          height: head.header.height,
          id: head.id,
          justifiedEpoch: head.snapshot.justified.epoch,
          weight: head.snapshot.weight,
        },
        finalized: chain.finalized,
        timeMs: clock.nowMs(),
      };
    },
    headersAfter(locator, limit) {
      const start = findLocated(chain, locator);
      if (start === null) return [];
      const headers: Uint8Array[] = [];
      const end = Math.min(chain.head.header.height, start.header.height + limit);
      for (let height = start.header.height + 1; height <= end; height++) {
        const entry = chain.blockAt(height);
        if (entry === null) break;
        headers.push(encodeHeader(entry.header));
      }
      return headers;
    },
    bodyBytes(id) {
      const entry = chain.block(id);
      return entry === null ? null : chain.bodyBytes(entry);
    },
  };
}

/** @param onHeard told of each block that came by gossip before it is imported */
export function createBlockSink(chain: Chain, disk: DiskWatch, onHeard: (id: BlockId) => void): BlockSink {
  const limit = createSlotLimit(chain.engine);
  return {
    checkHeader(header) {
      const { parsed, onParent } = chain.checkHeader(header);
      if (!parsed.ok) return { kind: "fault", fault: parsed.error };
      const { id } = parsed.value;
      if (chain.block(id) !== null || !limit.admit(header)) return { kind: "known", id };
      if (onParent === null) {
        const plausible = chain.engine.plausible(parsed.value, chain.head.snapshot);
        return plausible ? { kind: "unknown-parent", id } : { kind: "fault", fault: blameNobody("orphan-implausible") };
      }
      if (onParent.kind === "fault") return { kind: "fault", fault: onParent.fault };
      if (onParent.kind === "wait") return { kind: onParent.why === "too-early" ? "too-early" : "fresh", id };
      onHeard(id);
      return { kind: "fresh", id };
    },
    async importBlock(block, known): Promise<Fault | null> {
      const [result] = await disk.guard(chain.import([{ block, known }]));
      if (result?.kind !== "refused") return null;
      const { fault } = result;
      // Blocks are relayed before they are executed: who did so answers for the body's fit, not for the block (WIRE-8).
      const isBlockInvalid = !chain.checkHeader(block.header).parsed.ok;
      return isBlockInvalid ? blameNobody(fault.code, fault.detail) : fault;
    },
  };
}
