import { expect, test } from "vitest";
import { asHash, type Hash } from "#base";
import { onionLayer, onionSeed, onionTip } from "#crypto";
import { createOnion } from "./onion.ts";
import { createOnions, tipForBond } from "./onions.ts";

const secret = new Uint8Array(32).fill(5);

function layersOf(number: number, depth: number): Hash[] {
  const layers = [onionSeed(secret, number)];
  while (layers.length <= depth) layers.push(onionLayer(layers.at(-1)!));
  return layers;
}

test.each([1, 2, 1_023, 1_024, 1_025, 3_000, 4_096])("an onion of %i layers is peeled to its heart", async (depth) => {
  const layers = layersOf(2, depth);
  const onion = await createOnion({ secret, number: 2, depth });
  expect(onion.tip).toEqual(onionTip(secret, 2, depth));
  for (let layer = depth; layer > 0; layer -= depth > 2_000 && layer > 1_030 ? 7 : 1) {
    expect(onion.left(layers[layer]!)).toBe(layer);
    expect(onion.reveal(layers[layer]!)).toEqual(layers[layer - 1]);
  }
  expect(onion.left(layers[0]!)).toBe(0);
  expect(onion.reveal(layers[0]!)).toBeNull();
});

test("any tip is found without knowing where it was last, and what is none of it is not", async () => {
  const depth = 5_000;
  const layers = layersOf(0, depth);
  for (const layer of [4_999, 1, 2_048, 2_047, 1_025, 5_000, 4_096]) {
    const onion = await createOnion({ secret, number: 0, depth });
    expect(onion.reveal(layers[layer]!)).toEqual(layers[layer - 1]);
  }
  const onion = await createOnion({ secret, number: 0, depth });
  for (const stranger of [asHash(new Uint8Array(32)), onionTip(secret, 1, 10), onionLayer(onion.tip)]) {
    expect(onion.reveal(stranger)).toBeNull();
    expect(onion.left(stranger)).toBeNull();
  }
});

test("others run while an onion is made", async () => {
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns++;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  await createOnion({ secret, number: 0, depth: 40_000 });
  isDone = true;
  expect(turns).toBeGreaterThan(15);
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a key that has used up onions before goes on with the one that its tip belongs to", async () => {
  const depth = 600;
  const later: number[] = [];
  const onions = await createOnions({ secret, depth, onLater: (number) => later.push(number) });
  expect(onions.tip).toEqual(onionTip(secret, 0, depth));
  const layers = layersOf(3, depth);
  expect(onions.reveal(layers[200]!)).toBeNull();
  while (onions.shareLeft(layers[200]!) === null) await turn();
  expect(onions.reveal(layers[200]!)).toEqual(layers[199]);
  expect(later).toEqual([3]);
  expect(onions.shareLeft(layers[60]!)).toBe(0.1);
  expect(await onions.nextTip(layers[60]!)).toEqual(onionTip(secret, 4, depth));
  expect(await onions.nextTip(layers[59]!)).toEqual(onionTip(secret, 4, depth));
  expect(later).toEqual([3, 4]);
  // The next one is at hand as soon as it is asked for.
  expect(onions.reveal(onionTip(secret, 4, depth))).toEqual(onionTip(secret, 4, depth - 1));
});

test("an onion before the latest is found too", async () => {
  const onions = await createOnions({ secret, depth: 50, latest: 2 });
  expect(onions.tip).toEqual(onionTip(secret, 2, 50));
  expect(await onions.nextTip(onionTip(secret, 1, 20))).toEqual(onions.tip);
  expect(onions.reveal(onionTip(secret, 1, 20))).toEqual(onionTip(secret, 1, 19));
});

test("a bond never publishes a tip that may be peeled before it counts", async () => {
  const key = { seed: secret, onionDepth: 50, onionNumber: 0 };
  expect(await tipForBond(key, null)).toEqual(onionTip(secret, 0, 50));
  const standing = { onionTip: onionTip(secret, 1, 30), nextOnionTip: null };
  expect(await tipForBond(key, standing)).toEqual(onionTip(secret, 2, 50));
  const nextOnionTip = onionTip(secret, 2, 50);
  expect(await tipForBond(key, { ...standing, nextOnionTip })).toEqual(nextOnionTip);
});

test("a tip of nobody's is looked for once", async () => {
  const onions = await createOnions({ secret, depth: 100 });
  const stranger = asHash(new Uint8Array(32).fill(1));
  expect(await onions.nextTip(stranger)).toBeNull();
  expect(await onions.nextTip(stranger)).toBeNull();
  expect(onions.reveal(stranger)).toBeNull();
  expect(onions.reveal(onions.tip)).toEqual(onionTip(secret, 0, 99));
});
