import { expect, test } from "vitest";
import { createClient } from "#api/contract";
import { tellFirstDuty } from "./first-duty.ts";
import { createTestTerminal } from "./testing/terminal.ts";

const KEY = "ab".repeat(32);
const OWNER = "tagon16hq6jle9weajrasuvawdss6psm49z9n8qwt96j";
const drawn = { slot: 155, epoch: 10, timeMs: 1_006_000 };
const vote = { epoch: 10, fromMs: 1_004_000, untilMs: 1_060_000, done: false };

interface Moment {
  readonly obstacle?: string;
  readonly bonded?: boolean;
  readonly duties?: object;
}

/** What is told while the node goes through these moments, one for each time that it is asked. */
async function told(...moments: readonly Moment[]): Promise<string[]> {
  const terminal = createTestTerminal();
  const over = new AbortController();
  let at = -1;
  const answer = (path: string): unknown => {
    if (path === "/v1/status") {
      if (++at === moments.length) over.abort();
      return { obstacle: moments[at]?.obstacle ?? null };
    }
    const { bonded = true, duties = {} } = moments[at] ?? {};
    const state = { state: "waiting", why: "its bond is not final yet" };
    if (path === "/v1/validators") return { items: bonded ? [{ address: OWNER, signingKey: KEY, ...state }] : [] };
    return { nowMs: 1_000_000, slot: 152, epoch: 10, knownToSlot: 164, slots: [], vote: null, ...duties };
  };
  const client = createClient({
    baseUrl: "http://node.test",
    fetch: (url) => Promise.resolve(Response.json(answer(new URL(String(url)).pathname))),
  });
  await tellFirstDuty(terminal, client, [KEY], over.signal, 1);
  return terminal.output.err.trimEnd().split("\n");
}

test("says what stands in the way, each once, and then when it signs", async () => {
  const lines = await told(
    { obstacle: "catching up: at 10 of 90" },
    { obstacle: "catching up: at 50 of 90" },
    { bonded: false },
    {},
    { duties: { slots: [drawn], vote } },
  );
  expect(lines).toEqual([
    "signs nothing yet: catching up: at 10 of 90",
    `signs nothing until a bond names its key ${KEY}: 'agon stake bond'`,
    `signs nothing yet: ${OWNER} is waiting, its bond is not final yet`,
    "signs first: a block in slot 155 of epoch 10, in 6 s; its vote for epoch 10 is due in 4 s",
  ]);
});

test("a vote alone, a slot alone, and a node that stops before it is known", async () => {
  expect(await told({ duties: { vote: { ...vote, fromMs: 900_000 } } })).toEqual([
    "signs first: no block up to slot 164, later slots are not drawn yet; its vote for epoch 10 is due now",
  ]);
  expect(await told({ duties: { slots: [{ ...drawn, timeMs: 999_000 }] } })).toEqual([
    "signs first: a block in slot 155 of epoch 10, now",
  ]);
  expect(await told({ bonded: false }, { bonded: false })).toHaveLength(1);
});
