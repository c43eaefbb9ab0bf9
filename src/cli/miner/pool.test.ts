/** `agon mine --pool` at pools that say only what a test needs. */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { run } from "../testing/terminal.ts";

/** Nothing found: these are no pools whose shares count. */
const HARD = { id: null, method: "mining.set_difficulty", params: [2 ** 60] };
const JOB = {
  id: null,
  method: "mining.notify",
  params: ["a", "11".repeat(32), `${"00".repeat(42)}020102`, "ffff", [], "20000000", "1d00ffff", "6ae68102", true],
};

/** @param then what it does once a miner has its job */
async function openPool(then: (socket: Socket, user: unknown) => void): Promise<number> {
  const server = createServer((socket) => {
    const say = (message: object): void => void socket.write(`${JSON.stringify(message)}\n`);
    socket.on("error", () => {});
    socket.setEncoding("utf8").on("data", (text: string) => {
      for (const line of text.split("\n").filter((each) => each !== "")) {
        const { id, method, params } = JSON.parse(line);
        const result = method === "mining.subscribe" ? [[["mining.notify", "1"]], "abcdef01", 4] : true;
        say({ id, result, error: null });
        if (method !== "mining.authorize") continue;
        say(HARD);
        say(JOB);
        then(socket, params[0]);
      }
    });
  });
  onTestFinished(() => void server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as { port: number }).port;
}

test("a miner that was moved says where it is now, and mines for the account of the name", async () => {
  const stop = new AbortController();
  const users: unknown[] = [];
  const second = await openPool((_socket, user) => {
    users.push(user);
    stop.abort("SIGINT");
  });
  const first = await openPool((socket, user) => {
    users.push(user);
    socket.write(`${JSON.stringify({ id: null, method: "client.reconnect", params: ["127.0.0.1", second, 0] })}\n`);
  });
  const at = (port: number): string => `stratum+tcp://127.0.0.1:${port}`;
  const argv = ["mine", "--pool", at(first), "--to", "dev-3", "--worker", "attic", "--threads", "1", "--json"];
  const { code, out, err } = await run(argv, { signal: stop.signal });
  expect([code, err]).toEqual([130, ""]);
  expect(users).toEqual(Array(2).fill("tagon16hq6jle9weajrasuvawdss6psm49z9n8qwt96j.attic"));
  const events = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(events.at(-1)).toMatchObject({ event: "summary", pool: at(second) });
});
