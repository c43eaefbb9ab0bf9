import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asAddress, asHash, concatBytes, type Result } from "#base";
import { sha256 } from "#crypto";
import { encodeHeader, encodeParts, type Header, MAX_BLOCK_TRANSACTIONS } from "#model";
import { decodeCompactBlock, encodeCompactBlock, SHORT_ID_BYTES, shortIdsOf } from "./compact-block.ts";
import { LIMITS, PROTOCOLS, topicsOf } from "./protocols.ts";
import {
  decodeBlockTransactionsRequest,
  decodeHeaders,
  decodeHeadersRequest,
  decodeIds,
  encodeBlockTransactionsRequest,
  encodeHeadersRequest,
  encodeIds,
  MAX_HEADERS,
  MAX_LOCATOR,
} from "./requests.ts";
import { decodeStatus, encodeStatus, STATUS_BYTES, type Status } from "./status.ts";

const hash = (byte: number) => asHash(new Uint8Array(32).fill(byte));
const header: Header = {
  version: 1,
  height: 7,
  parent: hash(1),
  timeMs: 1_000,
  bodyRoot: hash(2),
  stateRoot: hash(3),
  proposer: asAddress(new Uint8Array(20).fill(4)),
  claim: new Uint8Array(4).fill(5),
  seal: new Uint8Array(28).fill(6),
};
const status: Status = {
  wireVersion: 2,
  chainId: hash(1),
  genesisId: hash(2),
  head: { height: 123_456, id: hash(3), justifiedEpoch: 77, weight: 2n ** 255n + 9n },
  finalized: { height: 99, id: hash(4) },
  timeMs: 1_793_491_200_000,
};

const codeOf = (result: Result<unknown, { code: string }>): string => (result.ok ? "ok" : result.error.code);

describe("status", () => {
  it("survives its bytes, which are 194", () => {
    const bytes = encodeStatus(status);
    expect(bytes.length).toBe(194);
    expect(decodeStatus(bytes)).toEqual({ ok: true, value: status });
  });

  it("of another length, or with a number beyond 2^53, is refused", () => {
    const bytes = encodeStatus(status);
    for (const wrong of [new Uint8Array(0), bytes.subarray(1), new Uint8Array([...bytes, 0])])
      expect(codeOf(decodeStatus(wrong))).toBe("status-malformed");
    for (const at of [66, 138, 178, 186]) {
      const high = bytes.slice();
      high[at + 7] = 1;
      expect(codeOf(decodeStatus(high))).toBe("status-malformed");
    }
  });
});

describe("requests", () => {
  it("survive their bytes", () => {
    const locator = [hash(1), hash(2), hash(3)];
    expect(decodeHeadersRequest(encodeHeadersRequest({ locator, limit: 5 }))).toEqual({
      ok: true,
      value: { locator, limit: 5 },
    });
    expect(decodeIds(encodeIds(locator), 3)).toEqual(locator);
    const request = { id: hash(1), positions: [0, 3, 65_535] };
    expect(decodeBlockTransactionsRequest(encodeBlockTransactionsRequest(request))).toEqual({
      ok: true,
      value: request,
    });
    expect(decodeHeaders(encodeParts([encodeHeader(header), encodeHeader(header)]))).toEqual({
      ok: true,
      value: [header, header],
    });
    expect(decodeHeaders(new Uint8Array(0))).toEqual({ ok: true, value: [] });
  });

  it("for more headers than an answer may hold are cut, not refused", () => {
    const asked = decodeHeadersRequest(encodeHeadersRequest({ locator: [], limit: 65_535 }));
    expect(asked.ok && asked.value.limit).toBe(MAX_HEADERS);
  });

  it("that are cut off, of odd length or too many are refused", () => {
    const many = Array.from({ length: MAX_LOCATOR + 1 }, () => hash(1));
    for (const wrong of [new Uint8Array(1), new Uint8Array(3), encodeHeadersRequest({ locator: many, limit: 1 })])
      expect(codeOf(decodeHeadersRequest(wrong))).toBe("request-malformed");
    expect(decodeIds(new Uint8Array(33), 9)).toBeNull();
    expect(decodeIds(encodeIds(many), MAX_LOCATOR)).toBeNull();
    for (const wrong of [new Uint8Array(31), new Uint8Array(33), new Uint8Array(32 + 4 * 65_537)])
      expect(codeOf(decodeBlockTransactionsRequest(wrong))).toBe("request-malformed");
  });

  it("for one transaction many times are refused: the answer would be larger than any block", () => {
    for (const positions of [
      [1, 1],
      [2, 1],
      [0, 5, 5],
    ])
      expect(codeOf(decodeBlockTransactionsRequest(encodeBlockTransactionsRequest({ id: hash(1), positions })))).toBe(
        "request-malformed",
      );
  });

  it("fit their limits", () => {
    const locator = Array.from({ length: MAX_LOCATOR }, () => hash(1));
    expect(encodeHeadersRequest({ locator, limit: 1 }).length).toBe(LIMITS.headers.maxRequestBytes);
    const positions = Array.from({ length: MAX_BLOCK_TRANSACTIONS }, (_, i) => i);
    const all = encodeBlockTransactionsRequest({ id: hash(1), positions });
    expect(all.length).toBe(LIMITS.blockTransactions.maxRequestBytes);
    expect(LIMITS.status.maxRequestBytes).toBe(STATUS_BYTES);
    expect(Object.keys(LIMITS)).toEqual(Object.keys(PROTOCOLS));
  });

  it("answered with a list that cannot be read, or with too many headers, are refused", () => {
    const one = encodeHeader(header);
    const many = encodeParts(Array.from({ length: MAX_HEADERS + 1 }, () => one));
    for (const wrong of [new Uint8Array(3), new Uint8Array(2_000).fill(1), many])
      expect(codeOf(decodeHeaders(wrong))).toBe("headers-malformed");
    expect(codeOf(decodeHeaders(encodeParts([one.subarray(0, 50)])))).toBe("header-malformed");
  });
});

describe("an announced block", () => {
  const ids = [hash(1), hash(2), hash(3)];
  const block = { header, body: { transactions: [], votes: [] } };
  const bytes = encodeCompactBlock(hash(9), block, ids);

  it("survives its bytes", () => {
    const decoded = decodeCompactBlock(bytes);
    expect(decoded).toEqual({
      ok: true,
      value: { header, shortIds: shortIdsOf(hash(9), ids), votes: [] },
    });
    expect(shortIdsOf(hash(9), ids)).not.toEqual(shortIdsOf(hash(8), ids));
  });

  it("has the first six bytes of the hash of both ids for each transaction", () => {
    const wanted = ids.map((id) => String.fromCharCode(...sha256(concatBytes(hash(9), id)).subarray(0, 6)));
    expect(shortIdsOf(hash(9), ids)).toEqual(wanted);
    expect(shortIdsOf(hash(9), [])).toEqual([]);
  });

  it("that is cut, lengthened or holds transactions is refused", () => {
    const [first, short, rest] = [encodeHeader(header), new Uint8Array(2 * SHORT_ID_BYTES), new Uint8Array(8)];
    const withTransaction = encodeParts([encodeParts([new Uint8Array(5)]), new Uint8Array(0)]);
    for (const parts of [
      [first, short],
      [first, short, rest, rest],
      [first, new Uint8Array(7), rest],
      [first, new Uint8Array(SHORT_ID_BYTES * (MAX_BLOCK_TRANSACTIONS + 1)), rest],
      [first, short, new Uint8Array(3)],
      [first, short, withTransaction],
    ])
      expect(codeOf(decodeCompactBlock(encodeParts(parts)))).toBe("announcement-malformed");
    for (const wrong of [new Uint8Array(0), bytes.subarray(0, bytes.length - 1), new Uint8Array(2 ** 20).fill(0xa5)])
      expect(codeOf(decodeCompactBlock(wrong))).toBe("announcement-malformed");
    expect(codeOf(decodeCompactBlock(encodeParts([new Uint8Array(10), short, rest])))).toBe("header-malformed");
  });
});

it("no bytes make a decoder throw, and what it takes it would write the same", () => {
  const some = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.uint8Array({ minLength: STATUS_BYTES, maxLength: STATUS_BYTES }),
    fc
      .tuple(fc.nat({ max: 300 }), fc.nat({ max: 255 }))
      .map(([at, value]) => encodeStatus(status).map((byte, i) => (i === at ? value : byte))),
  );
  fc.assert(
    fc.property(some, (bytes) => {
      const decoded = decodeStatus(bytes);
      if (decoded.ok) expect(encodeStatus(decoded.value)).toEqual(bytes);
      const headers = decodeHeaders(bytes);
      if (headers.ok) expect(encodeParts(headers.value.map(encodeHeader))).toEqual(bytes);
      const wanted = decodeBlockTransactionsRequest(bytes);
      if (wanted.ok) expect(encodeBlockTransactionsRequest(wanted.value)).toEqual(bytes);
      decodeHeadersRequest(bytes);
      decodeCompactBlock(bytes);
    }),
  );
});

it("topics of two chains are different", () => {
  expect(new Set([...Object.values(topicsOf(hash(1))), ...Object.values(topicsOf(hash(2)))]).size).toBe(6);
});
