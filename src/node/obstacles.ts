/** Why a node must not produce or vote at present, in words for its operator. */
import type { Clock } from "#base";
import type { Chain } from "#chain";
import type { Bus, NodeEvents } from "#events";
import { staleAfterMs } from "#spec";
import type { Synchroniser } from "#sync";
import type { ClockWatch } from "./clock-watch.ts";
import type { DiskWatch } from "./disk-watch.ts";

export interface ObstacleParts {
  readonly chain: Chain;
  readonly disk: DiskWatch;
  readonly sync: Synchroniser;
  readonly clockWatch: ClockWatch;
  readonly peerCount: () => number;
  /** Produces without peers; a chain that never asks for a checkpoint always may. */
  readonly alone: boolean;
  /** The node has just started, and knows whom to look for. */
  readonly isLookingForPeers: boolean;
}

/** @returns null when all is well */
export function findObstacle(parts: ObstacleParts): string | null {
  const { chain, disk, sync, clockWatch, peerCount, alone } = parts;
  if (disk.readOnly !== null) return `the node is read-only: ${disk.readOnly}`;
  if (chain.violation !== null) return chain.violation;
  if (chain.deepBranch !== null) return "a deep reorganisation waits for the operator";
  if (sync.stale) return "the chain kept here is too old to be trusted: give a checkpoint";
  if (sync.syncing) return `catching up: at ${chain.head.header.height} of ${sync.targetHeight}`;
  // Whoever searches for a hash needs neither others nor a clock that agrees with theirs.
  if (chain.engine.lottery === null) return null;
  const mayBeAlone = alone || staleAfterMs(chain.spec.engine) === null;
  if (!mayBeAlone && peerCount() === 0) return "no peer is connected; --alone produces all the same";
  if (!alone && parts.isLookingForPeers && peerCount() === 0)
    return "the node has just started and looks for its peers";
  // Before the first headers of a peer are here: a block on an old head would only be a fork.
  const claimed = sync.claimedHeight;
  if (claimed !== null) return `a peer is at ${claimed}, and we at ${chain.head.header.height}`;
  return clockWatch.obstacle();
}

/**
 * Whether the head is so old that whoever held its bonds then may have sold them since: what such holders say of the
 * time after it costs them nothing (rule STAKE-21). Told once, for the whole run: it takes a checkpoint and a restart.
 */
export function checkStaleness(chain: Chain, clock: Clock, events: Bus<NodeEvents>): boolean {
  const limitMs = staleAfterMs(chain.spec.engine);
  const ageMs = clock.nowMs() - chain.head.header.timeMs;
  if (limitMs === null || ageMs <= limitMs || chain.trusted.checkpoint !== null) return false;
  const hours = Math.round(ageMs / 360_000) / 10;
  const text = `the last block kept here is ${hours} hours old: ask somebody you trust for a recent checkpoint ('agon status' shows theirs) and start with --checkpoint <height>:<block id>`;
  events.emit("notice", { code: "stale-head", text, active: true });
  return true;
}
