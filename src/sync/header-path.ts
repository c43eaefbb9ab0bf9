/** The ids from our chain to the block that the operator trusts, as a peer shows them (rule STAKE-21). */
import { type BlockId, blameNobody, blameSender, equalBytes, type Fault } from "#base";
import { type Chain, createLocator } from "#chain";
import type { Header } from "#model";

export interface HeaderPath {
  /** The trusted block was reached, and the chain knows the way. */
  readonly complete: boolean;
  /** What to ask for next. */
  locator(): readonly BlockId[];
  /** @returns why this peer cannot show the way, or null */
  add(headers: readonly Header[]): Fault | null;
}

export function startHeaderPath(chain: Chain): HeaderPath {
  const { checkpoint } = chain.trusted;
  const ids: BlockId[] = [];
  let startHeight = 0;
  let complete = false;
  const take = (header: Header): Fault | null => {
    const parsed = chain.engine.parse(header);
    if (!parsed.ok) return parsed.error;
    const last = ids.at(-1);
    if (last === undefined) {
      const parent = chain.block(header.parent);
      if (parent === null || !chain.isOnChain(parent)) return blameSender("headers-not-linked");
      startHeight = parent.header.height;
    } else if (!equalBytes(header.parent, last)) return blameSender("headers-not-linked");
    ids.push(parsed.value.id);
    return header.height === startHeight + ids.length ? null : blameSender("headers-not-linked");
  };
  return {
    get complete() {
      return complete || checkpoint === null;
    },
    locator: () => (ids.length === 0 ? createLocator(chain) : [ids.at(-1)!]),
    add(headers) {
      if (checkpoint === null) return null;
      // It may not be there yet, or has never heard of it.
      if (headers.length === 0) return blameNobody("checkpoint-unknown", { height: checkpoint.height });
      for (const header of headers) {
        const fault = take(header);
        if (fault !== null) return fault;
        if (header.height < checkpoint.height) continue;
        const reached = ids.at(-1)!;
        if (!equalBytes(reached, checkpoint.id))
          return blameNobody("checkpoint-contradicted", { height: checkpoint.height });
        chain.trusted.learn(startHeight, ids);
        complete = true;
        return null;
      }
      return null;
    },
  };
}
