import { beforeEach, describe, expect, it } from "vitest";
import { asAddress, type BlockId, blameNobody, blameSender, type Fault, toHex } from "#base";
import { type Block, decodeParts, encodeParts, type Header, type PreparedTransaction } from "#model";
import type { RoguePeer } from "../../../test/support/rogue-peer.ts";
import { encodeCompactBlock } from "../wire/compact-block.ts";
import { PROTOCOLS, topicsOf } from "../wire/protocols.ts";
import { encodeBlockTransactionsRequest } from "../wire/requests.ts";
import type { HeaderVerdict } from "./ports.ts";
import { type BlockRelay, createBlockRelay } from "./relay-blocks.ts";
import { ADDRESS, CHAIN, hash, log, openScene, pending, type Scene } from "./testing/scene.ts";

const TOPIC = topicsOf(CHAIN).blocks;
const ID = hash(77);
let scene: Scene;
let relay: BlockRelay;
let rogue: RoguePeer;
let heard: number;
let pool: PreparedTransaction[];
let imported: { readonly ids: string[]; readonly known: number }[];
let verdict: (header: Header) => HeaderVerdict;
let faults: (Fault | null)[];
let unknown: string[];
let stored: Map<string, readonly Uint8Array[]>;

beforeEach(async () => {
  scene = await openScene();
  [heard, pool, imported, faults, unknown, stored] = [0, [], [], [], [], new Map()];
  verdict = ({ height }) => ({ kind: "fresh", id: height === 1 ? ID : hash(height) });
  relay = createBlockRelay({
    ...{ chainId: CHAIN, transport: scene.self, reports: scene.reports, clock: scene.clock, log },
    maxBlockBytes: 2 ** 20,
    takesVotes: false,
    isReady: (peer) => peer !== "Early",
    meets: async (peer) => peer !== "Early",
    pool: { pending: () => pool, has: () => false },
    blockTransactions: (id: BlockId) => stored.get(toHex(id)) ?? null,
    onUnknownParent: (peer, height) => unknown.push(`${peer} ${height}`),
    sink: {
      checkHeader: (header) => verdict(header),
      async importBlock({ body }, known) {
        const ids = body.transactions.map((bytes) => String(bytes[0]));
        imported.push({ ids, known: known.filter((item) => item !== null).length });
        return faults.shift() ?? null;
      },
    },
  });
  rogue = await scene.rogue("A");
  const witness = await scene.rogue("W");
  witness.transport.subscribe(TOPIC, { maxBytes: 2 ** 24 }, async () => {
    heard++;
    return "ignore";
  });
  rogue.transport.subscribe(TOPIC, { maxBytes: 2 ** 24 }, async () => "ignore");
  await scene.settle(rogue.transport.dial(ADDRESS, 1_000));
  await scene.settle(witness.transport.dial(ADDRESS, 1_000));
});

function headerAt(height: number): Header {
  return {
    version: 1,
    height,
    parent: hash(1),
    timeMs: 1_000,
    bodyRoot: hash(2),
    stateRoot: hash(3),
    proposer: asAddress(new Uint8Array(20)),
    claim: new Uint8Array(4),
    seal: new Uint8Array(28),
  };
}

/** Announces a block with these transactions, by number. */
async function announce(numbers: readonly number[], height = 1, from = rogue): Promise<void> {
  const block: Block = { header: headerAt(height), body: { transactions: [], votes: [] } };
  const id = height === 1 ? ID : hash(height);
  const bytes = encodeCompactBlock(
    id,
    block,
    numbers.map((no) => pending(no).id),
  );
  await scene.settle(from.transport.publish(TOPIC, bytes));
  await scene.run(300);
}

/** Gives the transactions asked for; `lie` says what instead. */
function serve(numbers: readonly number[], lie?: (positions: readonly number[]) => Uint8Array): number[][] {
  const asked: number[][] = [];
  rogue.answer("blockTransactions", async (_from, bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const positions = Array.from({ length: (bytes.length - 32) / 4 }, (_, i) => view.getUint32(32 + 4 * i, true));
    asked.push(positions);
    if (lie !== undefined) return lie(positions);
    const wanted = positions.length === 0 ? numbers : positions.map((position) => numbers[position]!);
    return encodeParts(wanted.map((no) => pending(no).bytes));
  });
  return asked;
}

describe("an announced block", () => {
  it("is put together from what is pending, and passed on at once", async () => {
    pool = [pending(1), pending(2), pending(3)];
    await announce([2, 3]);
    expect(imported).toEqual([{ ids: ["2", "3"], known: 2 }]);
    expect([heard, scene.reported]).toEqual([1, []]);
  });

  it("has what is missing asked of whoever announced it", async () => {
    pool = [pending(2)];
    const asked = serve([1, 2, 3]);
    await announce([1, 2, 3]);
    expect(asked).toEqual([[0, 2]]);
    expect(imported).toEqual([{ ids: ["1", "2", "3"], known: 1 }]);
  });

  it("is asked for whole when nothing of it is here, and with an empty body not at all", async () => {
    const asked = serve([1, 2, 3]);
    await announce([1, 2, 3]);
    await announce([], 2);
    expect(asked).toEqual([[]]);
    expect(imported.map(({ ids }) => ids.length)).toEqual([3, 0]);
  });

  it("is asked for whole once more when a short id stood for another transaction", async () => {
    pool = [pending(1), pending(2)];
    faults = [blameSender("body-root"), null];
    const asked = serve([1, 2]);
    await announce([1, 2]);
    expect(asked).toEqual([[]]);
    expect(imported).toEqual([
      { ids: ["1", "2"], known: 2 },
      { ids: ["1", "2"], known: 0 },
    ]);
    expect(scene.reported).toEqual([]);
  });

  it("blames the sender when it does not fit even then", async () => {
    faults = [blameSender("body-root"), blameSender("body-root")];
    serve([1]);
    await announce([1]);
    expect(scene.reported).toEqual(["A body-root"]);
  });

  it("blames nobody who relayed it for being invalid in itself", async () => {
    faults = [blameNobody("block-invalid")];
    await announce([]);
    expect([heard, scene.reported]).toEqual([1, []]);
  });

  it("of unknown parent is not passed on, and its sender is asked for the way", async () => {
    verdict = () => ({ kind: "unknown-parent", id: ID });
    await announce([]);
    expect([heard, unknown, imported.length]).toEqual([0, ["A 1"], 1]);
    verdict = () => ({ kind: "too-early", id: hash(5) });
    await announce([], 5);
    expect([heard, imported.length]).toEqual([0, 2]);
  });

  it("that is known is nothing new", async () => {
    verdict = () => ({ kind: "known", id: ID });
    await announce([1]);
    expect([heard, imported, scene.reported]).toEqual([0, [], []]);
  });

  it("with a false header is refused before anything is asked for", async () => {
    const asked = serve([1]);
    verdict = () => ({ kind: "fault", fault: blameSender("pow-hash") });
    await announce([1]);
    verdict = () => ({ kind: "fault", fault: blameNobody("orphan-implausible") });
    await announce([1], 2);
    expect([heard, asked, imported, scene.reported]).toEqual([0, [], [], ["A pow-hash"]]);
  });

  it("that is garbage is refused", async () => {
    for (const size of [0, 1, 500, 2 ** 20])
      await scene.settle(rogue.transport.publish(TOPIC, new Uint8Array(size).fill(0xa5)));
    await scene.run(300);
    expect([heard, imported]).toEqual([0, []]);
    expect(scene.reported).toEqual(Array.from({ length: 4 }, () => "A announcement-malformed"));
    await scene.settle(rogue.transport.publish(TOPIC, new Uint8Array(2 ** 20 + 1)));
    await scene.run(300);
    expect(scene.reported.at(-1)).toBe("A gossip-too-long");
  });

  it("whose transactions are garbage, too many or too few blames the sender", async () => {
    serve([1], () => new Uint8Array(1_000).fill(0xa5));
    await announce([1]);
    expect(scene.reported).toEqual(["A answer-malformed"]);
    pool = [pending(1)];
    serve([1, 2], () => encodeParts([1, 2, 3].map((no) => pending(no).bytes)));
    await announce([1, 2], 2);
    serve([1, 2], () => new Uint8Array(0));
    await announce([1, 2], 3);
    expect(scene.reported.slice(1)).toEqual(["A answer-wrong-length", "A answer-wrong-length"]);
    expect(imported).toEqual([]);
  });

  it("is asked for whole when the transactions that were missing do not come", async () => {
    pool = [pending(1)];
    const asked = serve([1, 2], (positions) =>
      encodeParts(positions.length > 0 ? [new Uint8Array(0)] : [1, 2].map((no) => pending(no).bytes)),
    );
    await announce([1, 2]);
    expect(asked).toEqual([[1], []]);
    expect([imported.map(({ ids }) => ids), scene.reported]).toEqual([[["1", "2"]], []]);
  });

  it("blames nobody who relayed it for short ids that are false in number and content", async () => {
    const asked = serve([1, 2]);
    await announce([7, 8, 9], 2);
    await announce([7], 3);
    pool = [pending(7)];
    faults = [blameSender("body-root"), null];
    await announce([7], 4);
    expect(asked).toEqual([[], [], []]);
    expect(imported.map(({ ids }) => ids)).toEqual([["1", "2"], ["1", "2"], ["7"], ["1", "2"]]);
    expect(scene.reported).toEqual([]);
  });

  it("with votes on a chain of work is refused, and passed on by nobody", async () => {
    const checkpoint = { epoch: 0, id: hash(1) };
    const vote = { source: checkpoint, target: checkpoint, key: hash(2), signature: new Uint8Array(64) } as never;
    const block: Block = { header: headerAt(1), body: { transactions: [], votes: [vote] } };
    await scene.settle(rogue.transport.publish(TOPIC, encodeCompactBlock(ID, block, [])));
    await scene.run(300);
    expect([heard, imported, scene.reported]).toEqual([0, [], ["A block-votes"]]);
  });

  it("of a peer that never answers takes no room from those of others", async () => {
    rogue.answer("blockTransactions", () => new Promise(() => {}));
    for (let height = 2; height < 80; height++) await announce([1], height);
    const honest = await scene.rogue("H");
    honest.transport.subscribe(TOPIC, { maxBytes: 2 ** 24 }, async () => "ignore");
    await scene.settle(honest.transport.dial(ADDRESS, 1_000));
    await announce([], 100, honest);
    expect(imported.length).toBe(1);
    await scene.run(30_000);
    serve([1]);
    await announce([1], 101);
    expect(imported.length).toBe(2);
  });
});

describe("those who ask for transactions of a block", () => {
  const request = (positions: readonly number[], id = ID): Uint8Array =>
    encodeBlockTransactionsRequest({ id, positions });
  const ask = (bytes: Uint8Array): Promise<readonly Uint8Array[] | string> =>
    scene.settle(rogue.ask("Self", PROTOCOLS.blockTransactions, bytes));

  it("get them, whole or by position, with nothing where there is nothing", async () => {
    stored.set(
      toHex(ID),
      [1, 2, 3].map((no) => pending(no).bytes),
    );
    const lists = [await ask(request([])), await ask(request([0, 2, 9]))].map((answer) =>
      decodeParts((answer as Uint8Array[])[0]!, 99)!.map((bytes) => bytes[0]),
    );
    expect(lists).toEqual([
      [1, 2, 3],
      [1, 3, undefined],
    ]);
  });

  it("are cut off when the block is not here, and blamed for what is no request", async () => {
    expect(await ask(request([0], hash(8)))).toBe("request-cut-off");
    expect(await ask(request([5, 5]))).toBe("request-cut-off");
    expect(await ask(new Uint8Array(33))).toBe("request-cut-off");
    expect(scene.reported).toEqual(["A request-malformed", "A request-malformed"]);
    expect(await ask(new Uint8Array(2 ** 20))).toBe("request-cut-off");
    expect(scene.reported.at(-1)).toBe("A request-too-long");
  });

  it("wait a moment for a block that is on its way here", async () => {
    let release = (_bytes: Uint8Array): void => {};
    rogue.answer("blockTransactions", () => new Promise((resolve) => (release = resolve)));
    await announce([1]);
    const asked = rogue.ask("Self", PROTOCOLS.blockTransactions, request([]));
    await scene.run(1_000);
    stored.set(toHex(ID), [pending(1).bytes]);
    release(encodeParts([pending(1).bytes]));
    expect(await scene.settle(asked)).toEqual([encodeParts([pending(1).bytes])]);
  });

  it("get nothing before they have said their chain", async () => {
    const early = await scene.rogue("Early");
    early.transport.subscribe(TOPIC, { maxBytes: 2 ** 24 }, async () => "ignore");
    await scene.settle(early.transport.dial(ADDRESS, 1_000));
    stored.set(toHex(ID), [pending(1).bytes]);
    expect(await scene.settle(early.ask("Self", PROTOCOLS.blockTransactions, request([])))).toBe("request-cut-off");
    await announce([1], 1, early);
    expect([imported, heard]).toEqual([[], 0]);
  });
});

it("our own blocks are announced", async () => {
  await scene.settle(relay.announce(ID, { header: headerAt(1), body: { transactions: [], votes: [] } }, [hash(1)]));
  await scene.run(100);
  expect(heard).toBe(1);
});
