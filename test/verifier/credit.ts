/** What blocks pay (rules TX-13, POW-11, STAKE-16). */
import { ascii } from "./bytes.ts";
import type { Specification } from "./specification.ts";

export interface Credit {
  readonly to: Buffer;
  readonly atoms: bigint;
  readonly reason: number;
}

export const REASON = { blockReward: 1, fees: 2, voterPool: 3, voteReward: 4, report: 5, unbonded: 6 } as const;

/** Where the part of the voters is shown to go (STAKE-16). */
const VOTERS = ascii("agon/system/voters/1");

/** What the engine credits for a block. */
export function creditsOf(height: bigint, proposer: Buffer, fees: bigint, spec: Specification): Credit[] {
  const { engine, subsidy: first, halvingBlocks } = spec;
  const subsidy = halvingBlocks === 0n ? first : first >> (height / halvingBlocks);
  const ofProposer = engine.kind === "pow" ? subsidy : (subsidy * engine.proposerPpm) / 1_000_000n;
  const credits: Credit[] = [
    { to: proposer, atoms: ofProposer, reason: REASON.blockReward },
    { to: VOTERS, atoms: subsidy - ofProposer, reason: REASON.voterPool },
    { to: proposer, atoms: fees, reason: REASON.fees },
  ];
  return credits.filter(({ atoms }) => atoms > 0n);
}
