import { beforeEach, describe, expect, it } from "vitest";
import { silentLogger } from "#base";
import type { Parsed } from "#consensus";
import { type Block, encodeBody } from "#model";
import type { PeerId, Transport } from "#p2p";
import { openTestChain } from "../../test/support/forge.ts";
import { type FetchedBlock, fetchBlocks } from "./body-fetch.ts";
import { DEFAULT_SYNC_OPTIONS } from "./options.ts";

const COUNT = 150;
let blocks: Block[];
let parsed: Parsed[];

beforeEach(async () => {
  const { chain, mine } = await openTestChain();
  blocks = await mine(COUNT);
  parsed = blocks.map(({ header }) => {
    const result = chain.engine.parse(header);
    if (!result.ok) throw new Error(result.error.code);
    return result.value;
  });
});

type Answer = (wanted: number) => readonly Uint8Array[];
const whole: Answer = (wanted) => Array.from({ length: wanted }, () => encodeBody({ transactions: [], votes: [] }));

/** A peer that fails once is not offered again. */
async function fetchFrom(answers: Readonly<Record<PeerId, Answer>>) {
  const failed: string[] = [];
  const left = new Set(Object.keys(answers));
  const transport: Pick<Transport, "request"> = {
    request: async (peer, _protocol, ids) => [...answers[peer]!(ids.length / 32)],
  };
  const got: FetchedBlock[] = [];
  const groups = fetchBlocks(
    DEFAULT_SYNC_OPTIONS,
    {
      transport: transport as Transport,
      maxBlockBytes: 2 ** 20,
      peers: () => [...left],
      onFailure(peer, fault) {
        left.delete(peer);
        failed.push(`${peer} ${fault.code} ${fault.blame}`);
      },
      log: silentLogger,
    },
    parsed,
  );
  for await (const group of groups) got.push(...group);
  return { failed, heights: got.map(({ block }) => block.header.height), from: new Set(got.map(({ from }) => from)) };
}

const inOrder = Array.from({ length: COUNT }, (_, i) => i + 1);

describe("bodies", () => {
  it("come in order, from all that have them", async () => {
    const { failed, heights, from } = await fetchFrom({ a: whole, b: whole });
    expect(failed).toEqual([]);
    expect(heights).toEqual(inOrder);
    expect(from).toEqual(new Set(["a", "b"]));
  });

  it("are asked of others when one sends too few, and only the rest", async () => {
    const { heights } = await fetchFrom({ a: (wanted) => whole(Math.min(wanted, 10)), b: whole });
    expect(heights).toEqual(inOrder);
  });

  it.each([
    ["does not have them", (wanted: number) => whole(wanted).map(() => new Uint8Array()), "a bodies-missing nobody"],
    ["sends nothing", () => [], "a bodies-missing nobody"],
    ["sends garbage", (wanted: number) => whole(wanted).map(() => Uint8Array.of(1, 2, 3)), "a body-malformed sender"],
    [
      "does not answer",
      () => {
        throw new Error("timeout");
      },
      "a bodies-timeout nobody",
    ],
  ] as const)("of a peer that %s come from another", async (_what, answer, fault) => {
    const { failed, heights } = await fetchFrom({ a: answer, b: whole });
    expect(failed).toContain(fault);
    expect(heights).toEqual(inOrder);
  });

  it("that nobody has end the try", async () => {
    await expect(fetchFrom({ a: () => [] })).rejects.toMatchObject({ code: "no-peers" });
  });
});
