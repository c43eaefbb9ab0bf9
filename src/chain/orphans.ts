/** Blocks whose parent has not come yet: bounded in number and bytes, the oldest go first. */
import { type BlockId, BoundedMap, toHex } from "#base";
import { bodyBytesOf, type Candidate } from "./candidate.ts";

interface Orphan {
  readonly candidate: Candidate;
  readonly sizeBytes: number;
}

export interface OrphanPool {
  readonly size: number;
  has(id: BlockId): boolean;
  add(id: BlockId, candidate: Candidate): void;
  /** Takes out the blocks that wait for this parent. */
  takeChildren(parent: BlockId): readonly Candidate[];
}

export function createOrphanPool(maxOrphans: number, maxBytes: number): OrphanPool {
  let bytes = 0;
  const children = new Map<string, Set<string>>();
  const unlink = (name: string, orphan: Orphan): void => {
    bytes -= orphan.sizeBytes;
    const parent = toHex(orphan.candidate.block.header.parent);
    const siblings = children.get(parent);
    siblings?.delete(name);
    if (siblings?.size === 0) children.delete(parent);
  };
  const orphans = new BoundedMap<string, Orphan>(maxOrphans, unlink);

  const dropOldest = (): void => {
    for (const [name, orphan] of orphans) {
      orphans.delete(name);
      unlink(name, orphan);
      return;
    }
  };
  return {
    get size() {
      return orphans.size;
    },
    has: (id) => orphans.has(toHex(id)),
    add(id, candidate) {
      const name = toHex(id);
      const sizeBytes = bodyBytesOf(candidate);
      if (orphans.has(name) || sizeBytes > maxBytes) return;
      while (bytes + sizeBytes > maxBytes) dropOldest();
      bytes += sizeBytes;
      const parent = toHex(candidate.block.header.parent);
      const siblings = children.get(parent) ?? new Set();
      siblings.add(name);
      children.set(parent, siblings);
      orphans.set(name, { candidate, sizeBytes });
    },
    takeChildren(parent) {
      const taken: Candidate[] = [];
      for (const name of [...(children.get(toHex(parent)) ?? [])]) {
        const orphan = orphans.get(name)!;
        orphans.delete(name);
        unlink(name, orphan);
        taken.push(orphan.candidate);
      }
      return taken;
    },
  };
}
