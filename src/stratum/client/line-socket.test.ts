import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { openLineSocket } from "./line-socket.ts";

/** @returns why the connection ended */
function endOf(port: number, isTls: boolean): Promise<string> {
  return new Promise((onEnd) =>
    openLineSocket({ host: "127.0.0.1", port, isTls }, { onOpen() {}, onLine() {}, onEnd }),
  );
}

test("a port without TLS, and one where nobody is, are said in words", async () => {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.resume().end("no TLS is spoken here\n");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  expect(await endOf(port, true)).toBe("what listens there does not speak TLS");
  expect(await endOf(port, false)).toBe("the pool closed the connection");
  server.close();
  await once(server, "close");
  expect(await endOf(port, false)).toBe("nobody listens there");
});
