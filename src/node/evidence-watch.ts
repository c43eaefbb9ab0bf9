/** Offences that the node saw: two blocks of one key in one slot, two votes that nobody honest signs both (rule STAKE-15). */
import { BoundedMap, toHex } from "#base";
import type { Chain } from "#chain";
import type { Bus, NodeEvents } from "#events";
import { decodeSignedSeal, type Evidence, type Header, type Vote } from "#model";

/** Slots whose blocks are remembered, by signing key. */
const MAX_SLOTS = 8_192;
const MAX_OFFENCES = 256;

export interface EvidenceWatch {
  /** Oldest first; whether somebody has reported them already is for the ledger to say. */
  found(): readonly Evidence[];
  addVotes(first: Vote, second: Vote): void;
  stop(): void;
}

export function createEvidenceWatch(chain: Pick<Chain, "engine">, events: Bus<NodeEvents>): EvidenceWatch {
  const offences = new BoundedMap<string, Evidence>(MAX_OFFENCES);
  const bySlot = new BoundedMap<string, Header>(MAX_SLOTS);
  const { lottery } = chain.engine;

  const add = (name: string, evidence: Evidence): void => {
    if (offences.has(name)) return;
    offences.set(name, evidence);
    const text = `somebody has signed two ${evidence.kind === "blocks" ? "blocks for one slot" : "votes that contradict each other"}; 'agon stake evidence' shows and reports it`;
    events.emit("notice", { code: "offence-seen", text, active: true });
  };
  const look = ({ header }: { readonly header: Header }): void => {
    const seal = decodeSignedSeal(header.seal);
    if (lottery === null || seal === null) return;
    const name = `${toHex(seal.key)} ${lottery.slotAt(header.timeMs)}`;
    const other = bySlot.get(name);
    // Each block is stored once, so another one with this name is another block.
    if (other !== undefined) add(`block ${name}`, { kind: "blocks", pair: [other, header] });
    else bySlot.set(name, header);
  };
  const unsubscribe = lottery === null ? () => {} : events.on("block-stored", look);
  return {
    found: () => [...offences].map(([, evidence]) => evidence),
    addVotes(first, second) {
      add(`vote ${toHex(first.key)} ${second.target.epoch}`, { kind: "votes", pair: [first, second] });
    },
    stop: unsubscribe,
  };
}
