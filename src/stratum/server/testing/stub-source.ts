/** A node that gives whatever work the test says, and remembers what it was given back. */
import { asHash, type Cancel, type Hash } from "#base";
import { compactToTarget, type PowSeal, targetToCompact } from "#consensus";
import { sha256 } from "#crypto";
import type { BlockResult } from "../../share.ts";
import type { WorkSource, WorkState, WorkTemplate } from "../work-source.ts";

/** About 16 hashes a block: a test finds as many as it likes. */
export const EASY_TARGET = 2n ** 252n;
/** No test finds a block by chance. */
export const HARD_TARGET = 2n ** 200n;

export interface StubSource extends WorkSource {
  readonly submitted: { readonly template: WorkTemplate; readonly seal: PowSeal }[];
  /** What the node says to the next blocks. */
  answer: () => Promise<BlockResult>;
  set(state: WorkState): void;
  /** A template of its own parent. */
  newHead(changes?: Partial<WorkTemplate>): WorkTemplate;
  /** Another template on the same parent. */
  sameHead(changes?: Partial<WorkTemplate>): WorkTemplate;
}

export function testHash(text: string): Hash {
  return asHash(sha256(new TextEncoder().encode(text)));
}

export function createStubSource(target: bigint, startMs: number): StubSource {
  let made = 0;
  const listeners = new Set<(state: WorkState) => void>();
  const bits = targetToCompact(target);
  const create = (height: number, changes: Partial<WorkTemplate>): WorkTemplate => ({
    id: `template-${++made}`,
    height,
    parent: testHash(`parent of ${height}`),
    sealHash: testHash(`seal ${made}`),
    bits,
    target: compactToTarget(bits)!,
    minTimeS: Math.floor(startMs / 1_000),
    maxTimeS: Math.floor(startMs / 1_000) + 600,
    rewardAtoms: 5_000_000_000n,
    feesAtoms: 0n,
    expiresMs: startMs + 3_600_000,
    ...changes,
  });
  let template = create(1, {});
  let state: WorkState = { kind: "work", template };
  const source: StubSource = {
    submitted: [],
    answer: async () => ({ accepted: true }),
    state: () => state,
    onChange(listener): Cancel {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    submit(of, seal) {
      source.submitted.push({ template: of, seal });
      return source.answer();
    },
    set(next) {
      state = next;
      if (next.kind === "work") template = next.template;
      for (const listener of listeners) listener(next);
    },
    newHead(changes = {}) {
      source.set({ kind: "work", template: create(template.height + 1, changes) });
      return template;
    },
    sameHead(changes = {}) {
      source.set({ kind: "work", template: create(template.height, changes) });
      return template;
    },
  };
  return source;
}
