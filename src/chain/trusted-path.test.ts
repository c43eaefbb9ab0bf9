import { describe, expect, it } from "vitest";
import { asHash } from "#base";
import { createTrustedPath } from "./trusted-path.ts";

const id = (byte: number) => asHash(new Uint8Array(32).fill(byte));
const CHECKPOINT = { height: 5, id: id(5) };
const codeOf = (path: ReturnType<typeof createTrustedPath>, height: number, byte: number): string =>
  path.fence(height, id(byte))?.code ?? "free";

describe("the way to a trusted block", () => {
  it("lets nothing below it pass while it is not known, and only what lies on it afterwards", () => {
    const path = createTrustedPath(CHECKPOINT, 2);
    expect(path.missing).toBe(true);
    expect([3, 4].map((height) => codeOf(path, height, height))).toEqual(["checkpoint-pending", "checkpoint-pending"]);
    expect([codeOf(path, 5, 9), codeOf(path, 5, 5), codeOf(path, 6, 1)]).toEqual([
      "checkpoint-contradicted",
      "free",
      "free",
    ]);
    path.learn(2, [id(3), id(4), id(5)]);
    expect(path.missing).toBe(false);
    expect([3, 4, 5].map((height) => codeOf(path, height, height))).toEqual(["free", "free", "free"]);
    expect([3, 4, 5].map((height) => codeOf(path, height, 9))).toEqual(Array(3).fill("checkpoint-contradicted"));
  });

  it("need not be learned by a node that has come past it, nor by one without a checkpoint", () => {
    const past = createTrustedPath(CHECKPOINT, 5);
    expect([past.missing, codeOf(past, 4, 9), codeOf(past, 5, 9)]).toEqual([false, "free", "checkpoint-contradicted"]);
    const none = createTrustedPath(null, 0);
    expect([none.missing, codeOf(none, 1, 1)]).toEqual([false, "free"]);
  });
});
