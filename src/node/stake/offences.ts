/** Offences that the node saw, as they can be reported; those that were punished are left out. */
import type { OffenceFacts } from "#api";
import type { Chain } from "#chain";
import { decodeSignedSeal, type Evidence, encodeHeader, encodeVote } from "#model";

export function openOffences(
  found: readonly Evidence[],
  chain: Pick<Chain, "engine" | "stake">,
): readonly OffenceFacts[] {
  return found.flatMap((evidence) => {
    const facts = readOffence(evidence, chain);
    return facts === null || isPunished(facts, chain) ? [] : [facts];
  });
}

function readOffence(evidence: Evidence, { engine, stake }: Pick<Chain, "engine" | "stake">): OffenceFacts | null {
  const { lottery } = engine;
  if (lottery === null) return null;
  if (evidence.kind === "votes") {
    const [one, other] = evidence.pair;
    return {
      ...{ type: "votes", signingKey: one.key, validator: stake()?.validatorOf(one.key)?.owner ?? null, slot: null },
      ...{ epoch: Math.max(one.target.epoch, other.target.epoch), first: encodeVote(one), second: encodeVote(other) },
    };
  }
  const [one, other] = evidence.pair;
  const seal = decodeSignedSeal(one.seal);
  if (seal === null) return null;
  const slot = lottery.slotAt(one.timeMs);
  return {
    ...{ type: "blocks", signingKey: seal.key, validator: stake()?.validatorOf(seal.key)?.owner ?? null, slot },
    ...{ epoch: lottery.epochOf(slot), first: encodeHeader(one), second: encodeHeader(other) },
  };
}

/** @returns true also where there is nobody to punish */
function isPunished({ signingKey, type, slot, epoch }: OffenceFacts, { stake }: Pick<Chain, "stake">): boolean {
  const view = stake();
  if (view === null || view.validatorOf(signingKey) === null) return true;
  return view.isPunished(signingKey, type, slot ?? epoch);
}
