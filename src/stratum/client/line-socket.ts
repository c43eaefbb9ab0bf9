/** A connection that carries lines of text, over TCP or TLS. */
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { PoolAddress } from "./pool-address.ts";

/** A job with a long Merkle branch has a few thousand characters. */
const MAX_LINE_CHARS = 65_536;
const CONNECT_MS = 10_000;
/** A pool that says nothing for so long is gone: it has a new job at least for each block. */
const SILENCE_MS = 300_000;
const KEEP_ALIVE_MS = 30_000;

export interface LineSocket {
  send(line: string): void;
  /** Nothing is told any more. */
  close(): void;
}

export interface LineSocketParts {
  readonly onOpen: () => void;
  readonly onLine: (line: string) => void;
  /** Once, unless it was closed by us. @param why in words */
  readonly onEnd: (why: string) => void;
}

export function openLineSocket({ host, port, isTls }: PoolAddress, parts: LineSocketParts): LineSocket {
  const socket: Socket = isTls
    ? connectTls({ host, port, servername: /[a-z]/i.test(host) && !host.includes(":") ? host : "" })
    : connectTcp({ host, port });
  let isOver = false;
  let rest = "";
  const end = (why: string): void => {
    if (isOver) return;
    isOver = true;
    socket.destroy();
    parts.onEnd(why);
  };
  socket.setEncoding("utf8");
  socket.setNoDelay(true);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  socket.setTimeout(CONNECT_MS);
  socket.on("timeout", () => end(socket.connecting ? "nobody answers" : "the pool has fallen silent"));
  socket.on(isTls ? "secureConnect" : "connect", () => {
    socket.setTimeout(SILENCE_MS);
    if (!isOver) parts.onOpen();
  });
  socket.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > MAX_LINE_CHARS || lines.some((line) => line.length > MAX_LINE_CHARS))
      return end("the pool sent a line without end");
    for (const line of lines) if (!isOver && line.trim() !== "") parts.onLine(line);
  });
  socket.on("error", (error: NodeJS.ErrnoException) => end(wordsOf(error)));
  socket.on("close", () => end("the pool closed the connection"));
  return {
    send(line) {
      if (!isOver) socket.write(`${line}\n`);
    },
    close() {
      isOver = true;
      socket.destroy();
    },
  };
}

function wordsOf({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case "ECONNREFUSED":
      return "nobody listens there";
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "its name is not known";
    case "ECONNRESET":
    case "EPIPE":
      return "the connection broke";
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
      return "its certificate is of nobody whom this machine trusts: name the file of the one to trust in NODE_EXTRA_CA_CERTS";
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return "its certificate is for another name";
    case "ERR_SSL_WRONG_VERSION_NUMBER":
    case "EPROTO":
      return "what listens there does not speak TLS";
    case "CERT_HAS_EXPIRED":
      return "its certificate has expired";
    default:
      return message;
  }
}
