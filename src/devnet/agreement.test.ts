import { expect, it } from "vitest";
import type { DevnetNode } from "#api/contract";
import { agreementOf } from "./agreement.ts";

const node = (
  name: string,
  height: number | null,
  hash: string,
  state: DevnetNode["state"] = "running",
): DevnetNode => ({
  ...{ name, state, pid: 1, api: "", p2p: "", peerId: null, peers: 0, peerIds: [] },
  head: height === null ? null : { height, hash },
});

it("asks of running nodes one head above genesis, and of others nothing", () => {
  const same = [node("a", 3, "x"), node("b", 3, "x"), node("c", 1, "y", "stopped"), node("d", null, "", "crashed")];
  expect(agreementOf(same)).toEqual({
    heads: [
      { name: "a", height: 3, hash: "x" },
      { name: "b", height: 3, hash: "x" },
    ],
    equal: true,
  });
  expect(agreementOf([node("a", 3, "x"), node("b", 3, "y")]).equal).toBe(false);
  expect(agreementOf([node("a", 3, "x"), node("b", null, "")]).equal).toBe(false);
  expect(agreementOf([node("a", 0, "x"), node("b", 0, "x")]).equal).toBe(false);
  expect(agreementOf([]).equal).toBe(false);
});
