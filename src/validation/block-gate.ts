/** Step 2 of the import line: what a stranger's header must pass before anything dearer is done for it (rule BLOCK-9). */
import { type BlockId, blameNobody, blameSender, err, type Fault, ok, type Result } from "#base";
import type { Engine, Parsed } from "#consensus";
import type { Header } from "#model";

/** What the gate must know of the chain. */
export interface ChainView {
  readonly finalizedHeight: number;
  /** Ids found invalid for causes that their headers commit to. */
  isInvalid(id: Uint8Array): boolean;
  /** What speaks against a block with this height and id, given whom the operator trusts. */
  trustFault(height: number, id: BlockId): Fault | null;
}

/** A block that somebody vouches for (rule STAKE-21). */
export interface TrustedBlock {
  readonly height: number;
  readonly id: BlockId;
}

export function checkHeaderGate(engine: Engine, header: Header, view: ChainView): Result<Parsed, Fault> {
  if (header.height === 0) return err(blameSender("header-height", { height: 0 }));
  const parsed = engine.parse(header);
  if (!parsed.ok) return parsed;
  if (view.isInvalid(parsed.value.id)) return err(blameSender("block-known-invalid"));
  if (view.isInvalid(header.parent)) return err(blameSender("parent-invalid"));
  const fenced = checkFence(header.height, parsed.value.id, view);
  if (fenced !== null) return err(fenced);
  const sealed = engine.checkSeal(parsed.value);
  return sealed.ok ? ok(parsed.value) : sealed;
}

/** What is final or trusted is settled: no other block may come there, or below. */
export function checkFence(height: number, id: BlockId, view: ChainView): Fault | null {
  const fault = view.trustFault(height, id);
  if (fault !== null) return fault;
  return height <= view.finalizedHeight ? blameNobody("block-below-finality", { height }) : null;
}
