import { expect, test } from "vitest";
import { type Clock, utf8 } from "#base";
import { followEvents, readServerEvents, type ServerEvent } from "./event-reader.ts";
import { ApiError, createExchange } from "./exchange.ts";

/** A response whose body comes in these pieces. */
function inPieces(pieces: readonly Uint8Array[]): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

async function read(pieces: readonly Uint8Array[]): Promise<ServerEvent[]> {
  const events: ServerEvent[] = [];
  for await (const event of readServerEvents(inPieces(pieces))) events.push(event);
  return events;
}

const STREAM =
  ': hello\n\nid: 1:ab\n\nid: 2:cd\nevent: block-applied\ndata: {"a":"ü€"}\n\ndata: one\r\ndata:two\r\n\r\ndata: unfinished';

test("a stream reads the same however it is cut", async () => {
  const whole = utf8(STREAM);
  const wanted = [
    { id: "1:ab", event: "message", data: "" },
    { id: "2:cd", event: "block-applied", data: '{"a":"ü€"}' },
    { id: null, event: "message", data: "one\ntwo" },
  ];
  for (let size = 1; size <= whole.length; size++) {
    const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, i) =>
      whole.subarray(i * size, (i + 1) * size),
    );
    expect(await read(pieces), `pieces of ${size}`).toEqual(wanted);
  }
});

test("a follower waits longer from time to time, goes on at its cursor, and gives up on a refusal", async () => {
  const asked: string[] = [];
  const waits: number[] = [];
  const clock: Clock = {
    nowMs: () => 0,
    after(delayMs, task) {
      waits.push(delayMs);
      queueMicrotask(task);
      return () => {};
    },
  };
  const replies: (() => Response)[] = [
    () => inPieces([utf8("id: 5:aa\n\n")]),
    () => Response.error(),
    () => new Response("{}", { status: 503 }),
    () => inPieces([utf8('id: 6:bb\ndata: {"type":"x"}\n\n')]),
    () => Response.json({ error: { code: "invalid-request", message: "no" } }, { status: 400 }),
  ];
  const exchange = createExchange({
    baseUrl: "http://node/",
    fetch: async (url) => {
      asked.push(url);
      return replies.shift()!();
    },
  });
  const seen: unknown[] = [];
  const states: string[] = [];
  const following = (async () => {
    const options = { onConnection: (state: string) => void states.push(state) };
    for await (const event of followEvents(exchange, clock, "/v1/events", options)) seen.push(event);
  })();
  await expect(following).rejects.toBeInstanceOf(ApiError);
  expect(seen).toEqual([{ type: "x" }]);
  const at = (cursor: string) => `http://node/v1/events?cursor=${cursor}`;
  expect(asked).toEqual(["http://node/v1/events", at("5%3Aaa"), at("5%3Aaa"), at("5%3Aaa"), at("6%3Abb")]);
  expect(waits).toEqual([250, 500, 1_000, 250]);
  expect(states).toEqual(["open", "lost", "lost", "lost", "open", "lost"]);
});
