/** A node's status as the wire has it. */

import type { ChainInfo, MempoolSummary, Status } from "#api/contract";
import { toHex } from "#base";
import { MAX_RECORD_BYTES } from "#model";
import { spacingMsOf } from "#spec";
import type { ChainView, NodePorts, PendingView } from "./ports.ts";
import { showPoint } from "./show-block.ts";

export function showStatus({ chain, pending, facts }: Pick<NodePorts, "chain" | "pending" | "facts">): Status {
  const head = chain.head();
  const node = facts();
  const supply = chain.supply();
  return {
    chain: showChain(chain),
    node: { peerId: node.peerId, agent: node.agent },
    head: {
      height: head.header.height,
      hash: toHex(head.id),
      timeMs: head.header.timeMs,
      weight: String(head.weight),
      stateRoot: toHex(head.header.stateRoot),
    },
    finalized: showPoint(chain.finalized()),
    peers: node.peerCount,
    mempool: showMempoolSummary(pending),
    syncing: node.syncing,
    version: node.version,
    ...(node.readOnly !== null && { readOnly: node.readOnly }),
    notices: [...node.notices],
    features: [...(chain.isSearched ? ["mining"] : []), ...(chain.stake === null ? [] : ["validators"])],
    mining: { ...node.mining },
    obstacle: node.obstacle,
    startedMs: node.startedMs,
    supply: { issued: String(supply.issuedAtoms), burned: String(supply.burnedAtoms) },
  };
}

export function showMempoolSummary({ count, sizeBytes, minFeeRate }: PendingView): MempoolSummary {
  return { count, bytes: sizeBytes, minFeeRate };
}

function showChain({ spec, chainId, genesisId }: ChainView): ChainInfo {
  return {
    id: toHex(chainId),
    name: spec.name,
    engine: spec.engine.kind,
    addressPrefix: spec.addressPrefix,
    genesis: toHex(genesisId),
    spacingMs: spacingMsOf(spec.engine),
    maturityBlocks: spec.rewards.maturityBlocks,
    maxBlockBytes: spec.limits.maxBlockBytes,
    maxRecordBytes: MAX_RECORD_BYTES,
    minFeePerByte: String(spec.fees.minFeePerByteAtoms),
    recordBurnPerByte: String(spec.fees.recordBurnPerByteAtoms),
    accountBurn: String(spec.fees.newAccountBurnAtoms),
    minOutput: String(spec.fees.minOutputAtoms),
  };
}
