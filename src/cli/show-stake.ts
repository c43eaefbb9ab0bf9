/** What the API tells of validators, epochs and what is final, as text for people. */
import type {
  Duties,
  EpochInfo,
  EpochPage,
  Evidence,
  Finality,
  UnbondingPart,
  Validator,
  Validators,
} from "#api/contract";
import { type NameOf, nameAndAddress } from "./names.ts";
import { age, coins, facts, plural, table } from "./print.ts";

export function showValidators(
  { items, total, epoch, slot, voterPool, rules }: Validators,
  finality: Finality,
  nameOf: NameOf,
): string {
  const rows = items.map((item) => [
    nameOf(item.address),
    item.state,
    coins(item.bonded),
    percent(item.sharePpm),
    `${item.performance.proposed} of ${item.performance.slots}`,
    `${item.performance.voted} of ${item.performance.votable}`,
    coins(item.performance.rewards.total),
  ]);
  return [
    facts([
      ["epoch", `${epoch}, slot ${slot}: ${rules.epochSlots} slots of ${seconds(rules.slotMs)} an epoch`],
      ["table", `${coins(total)} may be drawn and vote`],
      ["final", finality.why],
      ["voters' pool", coins(voterPool)],
      ["least bond", coins(rules.minBond)],
    ]),
    "",
    table(["owner", "state", " bonded", " share", " blocks", " votes", " earned"], rows),
    "",
    `Blocks, votes and earnings are those of the last ${plural(items[0]?.performance.epochs ?? 0, "epoch")}.`,
  ].join("\n");
}

/** In words: what counts, what waits, and what leaves when. */
export function showStake(item: Validator, { rules, epoch }: Validators, finality: Finality, nameOf: NameOf): string {
  const { performance } = item;
  return [
    facts([
      ["owner", nameAndAddress(nameOf, item.address)],
      ["signing key", item.signingKey],
      ["state", `${item.state}: ${item.why}`],
      ["counts", countsText(item, epoch)],
      ...waitingTexts(item, finality).map((text): [string, string] => ["waits", text]),
      ...item.unbonding.map((part): [string, string] => ["leaves", unbondingText(part)]),
      item.jailedUntilEpoch === null ? null : ["jailed", `until epoch ${item.jailedUntilEpoch}`],
      item.slashed === "0" ? null : ["slashed", coins(item.slashed)],
      [
        "blocks",
        `${item.blocks} since the first bond; ${performance.proposed} of its last ${plural(performance.slots, "slot")}`,
      ],
      [
        "votes",
        `${item.votes} since the first bond, ${item.lastVoteEpoch === null ? "none yet" : `the last for epoch ${item.lastVoteEpoch}`}`,
      ],
      ["earned", `${coins(performance.rewards.total)} in the last ${plural(performance.epochs, "epoch")}`],
    ]),
    "",
    `A bond that is withdrawn is paid ${plural(rules.unbondEpochs, "epoch")} after it has left the table (${duration(rules.unbondEpochs * rules.epochMs)}), and can be slashed until then.`,
  ].join("\n");
}

export function showDuties(duties: Duties, rules: { readonly epochMs: number }, nameOf: NameOf): string {
  const { slots, nowMs } = duties;
  const when = (timeMs: number): string => age(timeMs, nowMs);
  return [
    facts([
      ["owner", nameAndAddress(nameOf, duties.address)],
      ["signing key", duties.signingKey],
      ["now", `slot ${duties.slot}, epoch ${duties.epoch}`],
      ["vote", duties.epoch === 0 ? "none in epoch 0: voting begins with epoch 1" : voteText(duties, when)],
      [
        "slots",
        slots.length === 0
          ? `none drawn up to slot ${duties.knownToSlot}; later slots are drawn within ${duration(rules.epochMs)}`
          : `${slots.length} drawn up to slot ${duties.knownToSlot}; later ones are not drawn yet`,
      ],
    ]),
    ...(slots.length === 0
      ? []
      : [
          "",
          table(
            [" slot", " epoch", "time"],
            slots.map(({ slot, epoch, timeMs }) => [
              String(slot),
              String(epoch),
              `${new Date(timeMs).toISOString()} (${when(timeMs)})`,
            ]),
          ),
        ]),
  ].join("\n");
}

export function showEpochs({ items }: EpochPage, finality: Finality): string {
  return [
    finality.why,
    "",
    table(
      [" epoch", "state", " voted", " blocks", " missed", "checkpoint"],
      items.map((item) => [
        `${item.epoch}${item.isPresent ? " *" : ""}`,
        item.state,
        percent(item.participationPpm),
        String(item.blocks),
        String(item.missedSlots),
        item.checkpoint === null ? "" : `${item.checkpoint.height} ${item.checkpoint.hash.slice(0, 16)}…`,
      ]),
    ),
    "",
    "* the present one. Votes of an epoch are for its checkpoint, the last block before it; two thirds make it justified.",
  ].join("\n");
}

export function showEpoch(item: EpochInfo, nameOf: NameOf): string {
  return [
    facts([
      ["epoch", `${item.epoch}${item.isPresent ? ", the present one" : ""}`],
      ["slots", `${item.firstSlot} to ${item.firstSlot + item.slots.length - 1}`],
      ["time", `${new Date(item.startMs).toISOString()} to ${new Date(item.endMs).toISOString()}`],
      ["state", item.state],
      [
        "checkpoint",
        item.checkpoint === null ? "not known yet" : `height ${item.checkpoint.height}, ${item.checkpoint.hash}`,
      ],
      ["voted", `${coins(item.voted)} of ${coins(item.total)}, ${percent(item.participationPpm)}`],
      ["blocks", `${item.blocks}, ${plural(item.missedSlots, "slot")} missed`],
    ]),
    "",
    table(
      [" slot", "state", "leader", " height"],
      item.slots.map(({ slot, state, leader, block }) => [
        String(slot),
        state,
        leader === null ? "" : nameOf(leader),
        block === null ? "" : String(block.height),
      ]),
    ),
  ].join("\n");
}

export function showEvidence({ items }: Evidence, nameOf: NameOf): string {
  if (items.length === 0) return "This node has seen no offence that nobody has reported yet.";
  return [
    table(
      [" no", "type", " epoch", "validator", "what"],
      items.map((item, i) => [
        String(i + 1),
        item.evidence.type,
        String(item.epoch),
        item.validator === null ? item.signingKey : nameOf(item.validator),
        item.what,
      ]),
    ),
    "",
    "Whoever reports one first is paid a share of what it costs: agon stake evidence submit",
  ].join("\n");
}

/** 12.5 % */
export function percent(ppm: number): string {
  return `${(ppm / 10_000).toFixed(1)} %`;
}

function countsText({ weight, active, sharePpm }: Validator, epoch: number): string {
  const now =
    weight === "0"
      ? `nothing in the table of epoch ${epoch}`
      : `${coins(weight)}, ${percent(sharePpm)} of the table of epoch ${epoch}`;
  return weight === active ? now : `${now}; ${coins(active)} in the next table that is made`;
}

/** Changes that are on the chain and not final yet. */
function waitingTexts({ bonded, active }: Validator, { finalized }: Finality): readonly string[] {
  const difference = BigInt(bonded) - BigInt(active);
  if (difference === 0n) return [];
  const what =
    difference > 0n ? `${coins(difference)} bonded, not counted yet` : `${coins(-difference)} withdrawn, still counted`;
  return [
    `${what}: until the block that says so is final (final is height ${finalized.height}); the table made then is in force one epoch later`,
  ];
}

function unbondingText({ amount, paidAtEpoch, paidAtMs }: UnbondingPart): string {
  if (paidAtEpoch === null || paidAtMs === null) return `${coins(amount)}, once the request is final`;
  return `${coins(amount)}, paid at epoch ${paidAtEpoch} (${age(paidAtMs)}); it can be slashed until then`;
}

function voteText({ vote, nowMs }: Duties, when: (timeMs: number) => string): string {
  if (vote === null) return "none: it is in no table";
  const state = vote.done
    ? "in a block already"
    : `due ${when(vote.fromMs)}; it counts for another ${duration(Math.max(0, vote.untilMs - nowMs))}`;
  return `for the checkpoint of epoch ${vote.epoch}: ${state}`;
}

function seconds(ms: number): string {
  return `${ms / 1_000} s`;
}

/** "16 min" */
export function duration(ms: number): string {
  return age(0, ms).replace(" ago", "");
}
