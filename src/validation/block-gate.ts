/** Step 2 of the import line: what a stranger's header must pass before anything dearer is done for it (rule BLOCK-9). */
import { blameNobody, blameSender, err, type Fault, ok, type Result } from "#base";
import type { Engine, Parsed } from "#consensus";
import type { Header } from "#model";

/** What the gate must know of the chain. */
export interface ChainView {
  readonly finalizedHeight: number;
  /** Ids found invalid for causes that their headers commit to. */
  isInvalid(id: Uint8Array): boolean;
}

export function checkHeaderGate(engine: Engine, header: Header, view: ChainView): Result<Parsed, Fault> {
  if (header.height === 0) return err(blameSender("header-height", { height: 0 }));
  const parsed = engine.parse(header);
  if (!parsed.ok) return parsed;
  if (view.isInvalid(parsed.value.id)) return err(blameSender("block-known-invalid"));
  if (view.isInvalid(header.parent)) return err(blameSender("parent-invalid"));
  if (header.height <= view.finalizedHeight) return err(blameNobody("block-below-finality", { height: header.height }));
  const sealed = engine.checkSeal(parsed.value);
  return sealed.ok ? ok(parsed.value) : sealed;
}
