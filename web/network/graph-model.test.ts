import { expect, test } from "vitest";
import type { DevnetNode } from "#api/contract";
import { graphOfDevnet, placeOnOval, tipsOf } from "./graph-model.ts";

function node(name: string, peers: readonly string[], height: number, hash: string, state = "running"): DevnetNode {
  return {
    name,
    state: state as DevnetNode["state"],
    pid: 1,
    api: "http://127.0.0.1:8740",
    p2p: "",
    peerId: `peer-${name}`,
    head: { height, hash },
    peers: peers.length,
    peerIds: peers.map((peer) => `peer-${peer}`),
  };
}

test("a connection seen from both ends is one edge; strangers and the dead have none", () => {
  const graph = graphOfDevnet([
    node("a", ["b", "c", "stranger"], 5, "x"),
    node("b", ["a"], 5, "x"),
    node("c", ["a"], 4, "w", "crashed"),
  ]);
  expect(graph.edges).toEqual([["a", "b"]]);
  expect(graph.nodes.map(({ name, alive, head }) => [name, alive, head?.height])).toEqual([
    ["a", true, 5],
    ["b", true, 5],
    ["c", false, undefined],
  ]);
});

test("tips come highest first, with those who have them", () => {
  const { nodes } = graphOfDevnet([node("a", [], 4, "w"), node("b", [], 5, "x"), node("c", [], 5, "x")]);
  expect(tipsOf(nodes)).toEqual([
    { height: 5, hash: "x", names: ["b", "c"] },
    { height: 4, hash: "w", names: ["a"] },
  ]);
});

test("one stands in the middle, two side by side, four at the corners, the first of more at the top", () => {
  expect(placeOnOval(0, 1)).toEqual({ x: 0, y: 0 });
  expect(placeOnOval(0, 2).y).toBeCloseTo(0);
  expect(placeOnOval(0, 5).y).toBeCloseTo(1);
  expect([0, 1, 2, 3].map((i) => Math.sign(placeOnOval(i, 4).y))).toEqual([1, 1, -1, -1]);
});
