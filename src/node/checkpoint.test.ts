import { describe, expect, it, test } from "vitest";
import { asHash } from "#base";
import { formatCheckpoint, parseCheckpoint } from "./checkpoint.ts";

const chainId = asHash(new Uint8Array(32).fill(0xab));
const id = asHash(new Uint8Array(32).fill(0x17));

test("a checkpoint survives its text", () => {
  const text = formatCheckpoint({ height: 450, id }, chainId);
  expect(text).toBe(`450:${"17".repeat(32)}@${"ab".repeat(8)}`);
  expect(parseCheckpoint(text, chainId)).toEqual({ height: 450, id });
  expect(parseCheckpoint(`0:${"17".repeat(32)}`, chainId)).toEqual({ height: 0, id });
  expect(parseCheckpoint("", chainId)).toBeNull();
});

describe("a checkpoint", () => {
  it.each(["450", "450:17", `x:${"17".repeat(32)}`, `-1:${"17".repeat(32)}`, `450:${"17".repeat(32)}@ab`, "genesis"])(
    "that reads %s is refused in words",
    (text) => {
      expect(() => parseCheckpoint(text, chainId)).toThrow(/is no checkpoint: it is <height>:<block id>/);
    },
  );

  it("of another chain is refused before anything starts", () => {
    expect(() => parseCheckpoint(`450:${"17".repeat(32)}@${"cd".repeat(8)}`, chainId)).toThrow(
      /of another chain: its id begins with cdcdcdcdcdcdcdcd, that of this chain with abababababababab/,
    );
  });
});
