/** On the page of a block: who of a pool's miners found it. */
import { Link } from "@tanstack/react-router";
import type { Block } from "#api/contract";
import { useRoundOfBlock } from "../client/index.ts";
import { formatCount, WordBadge } from "../ui/index.ts";
import { MinerLabel } from "./parts.tsx";
import { blockWord } from "./words.ts";

/** Asks the pool; nothing where it knows nothing of the block. */
export function PoolFinder({ block }: { readonly block: Pick<Block, "hash"> }) {
  const { data: round } = useRoundOfBlock(block.hash);
  if (round === undefined) return <span className="text-ink-faint">…</span>;
  if (round === null || round.block === null)
    return (
      <span className="text-ink-soft">nobody that this pool knows: its account was credited by somebody else</span>
    );
  return (
    <span className="inline-flex flex-wrap items-center gap-x-3 gap-y-1">
      <MinerLabel address={round.block.finder} />
      <span>
        in{" "}
        <Link to={`/pool/rounds/${round.id}`} className="underline underline-offset-3">
          round {formatCount(round.id)}
        </Link>{" "}
        of the pool
      </span>
      <WordBadge word={blockWord(round.block)} />
    </span>
  );
}
