import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { fromHex, seededRandom } from "#base";
import { type NonceSearch, type SearchWork, searchNonce } from "../search-nonce.ts";
import { NONCE_AT } from "../work-header.ts";
import { createKernelSearch, createNonceSearch } from "./kernel-search.ts";

const kernel = createKernelSearch()!;
const GENESIS = fromHex(
  `01000000${"00".repeat(32)}3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d00000000`,
)!;
const NONCE = 2_083_236_893;
const genesis: SearchWork = { preimage: GENESIS, nonceAt: NONCE_AT, target: 0xffffn << 208n };

/** Every hit of a range, each search beginning after the one before. */
function allHits(search: NonceSearch, work: SearchWork, from: number, count: number): number[] {
  const hits: number[] = [];
  for (let done = 0; done < count; ) {
    const nonce = search(work, { from: from + done, count: count - done });
    if (nonce === null) break;
    hits.push(nonce);
    done = ((nonce - from) >>> 0) + 1;
  }
  return hits;
}

afterEach(() => vi.unstubAllGlobals());

describe("the kernel finds what plain JavaScript finds", () => {
  test("of Bitcoin's first block, wherever its nonce lies in a step of four", () => {
    for (let before = 0; before < 9; before++) {
      expect(kernel(genesis, { from: NONCE - before, count: before + 1 })).toBe(NONCE);
      expect(kernel(genesis, { from: NONCE - before, count: before })).toBeNull();
    }
    expect(kernel(genesis, { from: NONCE - 2 ** 20, count: 2 ** 20 + 1 })).toBe(NONCE);
    expect(kernel(genesis, { from: NONCE + 1, count: 100_003 })).toBeNull();
  });

  test("on any header, target and range: the same hits, lowest first", () => {
    const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    fc.assert(
      fc.property(
        bytes(80),
        fc.integer({ min: 246, max: 256 }),
        fc.nat({ max: 2 ** 32 - 1 }),
        fc.nat({ max: 600 }),
        (preimage, bits, from, count) => {
          const work = { preimage, nonceAt: NONCE_AT, target: (1n << BigInt(bits)) - 1n };
          expect(allHits(kernel, work, from, count)).toEqual(allHits(searchNonce, work, from, count));
        },
      ),
      { seed: Number(process.env.AGON_SEED), numRuns: 150 },
    );
  });

  test("over the end of the nonces, and with counts that are no multiple of four", () => {
    const preimage = seededRandom(3).bytes(80);
    const work = { preimage, nonceAt: NONCE_AT, target: (1n << 252n) - 1n };
    for (let count = 0; count < 40; count++)
      for (const from of [2 ** 32 - 17, 2 ** 32 - 1, 2 ** 32, 0, 5]) {
        const found = kernel(work, { from, count });
        expect(found).toBe(searchNonce(work, { from, count }));
      }
  });

  test("with hits that the top word alone does not tell from misses", () => {
    const preimage = seededRandom(4).bytes(80);
    // Top words of these targets are those of many hashes; the rest decides.
    for (const target of [0x0fffffffn << 224n, (0x10000000n << 224n) - 1n, 0x0800_0000n << 224n, 1n << 224n]) {
      const work = { preimage, nonceAt: NONCE_AT, target };
      expect(allHits(kernel, work, 7, 3_000)).toEqual(allHits(searchNonce, work, 7, 3_000));
    }
  });

  test("with the target itself, and not with one less; the work is left as it was", () => {
    const preimage = seededRandom(5).bytes(80);
    const before = preimage.slice();
    const easiest = 2n ** 256n - 1n;
    expect(kernel({ preimage, nonceAt: NONCE_AT, target: easiest }, { from: 9, count: 1 })).toBe(9);
    let target = easiest;
    // Halves the interval until it is the hash of nonce 9.
    for (let bit = 1n << 255n; bit > 0n; bit >>= 1n)
      if (searchNonce({ preimage, nonceAt: NONCE_AT, target: target - bit }, { from: 9, count: 1 }) === 9)
        target -= bit;
    expect(kernel({ preimage, nonceAt: NONCE_AT, target }, { from: 9, count: 1 })).toBe(9);
    expect(kernel({ preimage, nonceAt: NONCE_AT, target: target - 1n }, { from: 9, count: 1 })).toBeNull();
    expect(preimage).toEqual(before);
  });

  test("and refuses the same", () => {
    const work = { preimage: new Uint8Array(79), nonceAt: 75, target: 1n };
    expect(() => kernel(work, { from: 0, count: 1 })).toThrow(RangeError);
  });
});

test("two kernels share nothing", () => {
  const other = createKernelSearch()!;
  const preimage = seededRandom(6).bytes(80);
  other({ preimage, nonceAt: NONCE_AT, target: 1n }, { from: 0, count: 4 });
  expect(kernel(genesis, { from: NONCE - 10, count: 11 })).toBe(NONCE);
  expect(other(genesis, { from: NONCE - 10, count: 11 })).toBe(NONCE);
});

test("where WebAssembly is missing or may not be compiled, plain JavaScript searches", () => {
  vi.stubGlobal("WebAssembly", undefined);
  expect(createKernelSearch()).toBeNull();
  expect(createNonceSearch()).toBe(searchNonce);
  vi.stubGlobal("WebAssembly", {
    Module: class {
      constructor() {
        throw new Error("a policy forbids it");
      }
    },
  });
  expect(createNonceSearch()).toBe(searchNonce);
});
