import { expect, it } from "vitest";
import { toHex } from "#base";
import { openTestChain } from "../../test/support/forge.ts";
import { readStoredChain } from "./stored-chain.ts";

it("is read as it was when it was asked for, though its node follows another branch meanwhile", async () => {
  const [own, other] = [await openTestChain(), await openTestChain()];
  await own.mine(3, [], 1);
  const heavier = await other.mine(4, [], 2);
  const { chain, store } = own;
  const ids = [0, 1, 2, 3].map((height) => toHex(chain.blockAt(height)!.id));
  const read = () => readStoredChain(store, chain.engine, chain.chainId);
  const late = read();
  const entries = read().entries();
  expect(toHex(entries.next().value!.id)).toBe(ids[0]);

  expect(await own.give(...heavier)).toBe("imported");
  expect([...entries].map(({ id }) => toHex(id))).toEqual(ids.slice(1));
  expect(() => late.entries()).toThrow("the block at height 3 is not the head any more");
  expect([...read().entries()].at(-1)?.id).toEqual(chain.head.id);
});
