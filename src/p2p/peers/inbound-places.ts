/** Who gives way when all places for peers that come in are taken. */

import type { PeerId } from "../transport/port.ts";

/** A fault's worth: one that a race can cause does not cost a place. */
const UNWELCOME_SCORE = -20;

export interface InboundPeer {
  readonly peer: PeerId;
  readonly subnet: string;
  readonly score: number;
  readonly openedMs: number;
}

/**
 * The peer with the worst score if it has done wrong, or else the youngest of the subnet that holds most places, if that
 * still holds more than the newcomer's will. So one subnet cannot keep all others out, and none can push a smaller out.
 * @returns null when nobody has to give way to this newcomer
 */
export function whoGivesWay(inbound: readonly InboundPeer[], newcomerSubnet: string): PeerId | null {
  const worst = inbound.reduce<InboundPeer | null>(
    (found, peer) => (peer.score < (found?.score ?? UNWELCOME_SCORE + 1) ? peer : found),
    null,
  );
  if (worst !== null) return worst.peer;
  const places = new Map<string, number>();
  for (const { subnet } of inbound) places.set(subnet, (places.get(subnet) ?? 0) + 1);
  let [largest, most] = ["", 0];
  for (const [subnet, count] of places) if (count > most) [largest, most] = [subnet, count];
  if (most <= (places.get(newcomerSubnet) ?? 0) + 1) return null;
  const youngest = inbound
    .filter(({ subnet }) => subnet === largest)
    .reduce((found, peer) => (peer.openedMs >= found.openedMs ? peer : found));
  return youngest.peer;
}
