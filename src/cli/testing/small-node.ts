/** The part of a node that senders of records see, with its limits for one sender, and with faults on demand. */
import type { Fetch } from "#api/contract";
import { asHash, toHex } from "#base";
import { decodeParts, decodeTransaction, transactionId } from "#model";

const MAX_SENDER_BYTES = 256 * 1024;
const MAX_SENDER_COUNT = 1_024;

interface Kept {
  readonly id: string;
  readonly nonce: number;
  readonly bytes: Uint8Array;
}

export interface SmallNode {
  readonly fetch: Fetch;
  /** What is on the chain, by height from 1. */
  readonly blocks: { hash: string; items: Kept[] }[];
  readonly pending: Map<number, Kept>;
  /** Puts all that is pending and in order into a block. */
  mine(): void;
  /** Replaces the last block by an empty one; what it held is pending again. */
  reorganise(): void;
  /** As if another program had used the account's next nonce. */
  useNonce(): void;
}

/** @param fault told of each request before it is answered: "lost" does the work and answers nothing */
export function createSmallNode(
  fault: (method: string, path: string) => "lost" | "down" | null = () => null,
): SmallNode {
  const blocks: SmallNode["blocks"] = [];
  const pending: SmallNode["pending"] = new Map();
  const used = new Set<number>();
  const next = (): number => used.size;
  const find = (id: string) => {
    for (const [i, block] of blocks.entries()) {
      const index = block.items.findIndex((item) => item.id === id);
      if (index >= 0) return { block: { height: i + 1, hash: block.hash, index, timeMs: 0, confirmations: 1 } };
    }
    return [...pending.values()].some((item) => item.id === id) ? { block: null } : null;
  };
  const submit = (bytes: Uint8Array) => {
    const decoded = decodeTransaction(bytes);
    const id = toHex(transactionId(asHash(new Uint8Array(32)), bytes));
    if (!decoded.ok) return refusal(decoded.error.code);
    const { nonce } = decoded.value;
    if (pending.get(nonce)?.id === id) return refusal("tx-known");
    if (nonce < next()) return refusal("tx-nonce-used");
    if (nonce > next() + pending.size + 64) return refusal("tx-nonce-gap");
    let size = bytes.length;
    for (const item of pending.values()) size += item.bytes.length;
    if (size > MAX_SENDER_BYTES || pending.size >= MAX_SENDER_COUNT) return refusal("tx-sender-full");
    pending.set(nonce, { id, nonce, bytes: bytes.slice() });
    return { id };
  };
  const answer = (method: string, path: string, body: unknown): unknown => {
    const [, , kind = "", name = ""] = path.split("/");
    if (method === "POST") return { results: decodeParts(body as Uint8Array, 8_192)!.map(submit) };
    if (kind === "accounts") return { nonce: next(), pendingNonce: next() + pending.size };
    if (kind === "transactions") return find(name);
    return blocks[Number(name) - 1] === undefined ? null : { hash: blocks[Number(name) - 1]!.hash };
  };
  return {
    ...{ blocks, pending },
    fetch: async (url, init) => {
      const path = new URL(url).pathname;
      const trouble = fault(init.method ?? "GET", path);
      if (trouble === "down") throw new TypeError("fetch failed");
      const found = answer(init.method ?? "GET", path, init.body);
      if (trouble === "lost") throw new TypeError("fetch failed");
      return Response.json(found ?? { error: { code: "not-found", message: "there is no such thing" } }, {
        status: found === null ? 404 : 200,
      });
    },
    mine() {
      const items: Kept[] = [];
      for (let item = pending.get(next()); item !== undefined; item = pending.get(next())) {
        items.push(item);
        pending.delete(item.nonce);
        used.add(item.nonce);
      }
      blocks.push({ hash: `hash-${blocks.length}`, items });
    },
    reorganise() {
      const last = blocks.pop()!;
      blocks.push({ hash: `${last.hash}-other`, items: [] });
      for (const item of last.items) {
        used.delete(item.nonce);
        pending.set(item.nonce, item);
      }
    },
    useNonce: () => void used.add(next()),
  };
}

function refusal(code: string) {
  return { error: { code, message: code.replaceAll("-", " ") } };
}
