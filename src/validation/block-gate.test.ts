import { beforeAll, describe, expect, it } from "vitest";
import { toHex } from "#base";
import type { Header } from "#model";
import { forgeBlock, openTestChain, type TestChain } from "../../test/support/forge.ts";
import { type ChainView, checkHeaderGate } from "./block-gate.ts";

let world: TestChain;
let header: Header;
beforeAll(async () => {
  world = await openTestChain();
  await world.mine(5);
  header = forgeBlock(world.chain).header;
});

const open: ChainView = { finalizedHeight: 0, isInvalid: () => false, trustFault: () => null };

function verdict(change: Partial<Header>, view: Partial<ChainView> = {}): string {
  const result = checkHeaderGate(world.chain.engine, { ...header, ...change }, { ...open, ...view });
  return result.ok ? "ok" : `${result.error.code} ${result.error.blame}`;
}

describe("the gate for a stranger's header", () => {
  it("lets a sealed one pass", () => {
    expect(verdict({})).toBe("ok");
  });

  it("stops what is known to be wrong, at no cost", () => {
    const parsed = world.chain.engine.parse(header);
    const id = parsed.ok ? toHex(parsed.value.id) : "";
    expect(verdict({}, { isInvalid: (other) => toHex(other) === id })).toBe("block-known-invalid sender");
    const parent = toHex(header.parent);
    expect(verdict({}, { isInvalid: (other) => toHex(other) === parent })).toBe("parent-invalid sender");
    expect(verdict({ height: 0 })).toBe("header-height sender");
  });

  it("stops what lies at or below the final height, which an honest sender may not know", () => {
    expect(verdict({}, { finalizedHeight: header.height })).toBe("block-below-finality nobody");
    expect(verdict({}, { finalizedHeight: header.height - 1 })).toBe("ok");
  });

  it("stops false work in any field", () => {
    const changes: Partial<Header>[] = [
      { timeMs: header.timeMs + 1 },
      { bodyRoot: header.stateRoot },
      { stateRoot: header.bodyRoot },
      { proposer: new Uint8Array(20).fill(8) as never },
      { claim: Uint8Array.of(1, 0, 0, 1) },
      { seal: header.seal.map((byte) => byte ^ 0x55) },
    ];
    // Every second hash is a block here, so that some changes pass; none passes with the id it had.
    const before = world.chain.engine.parse(header);
    for (const change of changes) {
      const changed = world.chain.engine.parse({ ...header, ...change });
      if (changed.ok && before.ok) expect(toHex(changed.value.id)).not.toBe(toHex(before.value.id));
      expect(verdict(change)).toMatch(/^(ok|pow-hash sender|pow-bits sender|pow-version sender|pow-time sender)$/);
    }
  });
});
