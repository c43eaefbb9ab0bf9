import { ByteListType, ByteVectorType, ContainerType, ListCompositeType, UintBigintType } from "@chainsafe/ssz";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asHash, asKey, asSignature, toHex } from "#base";
import { sha256 } from "#crypto";
import { type Body, computeBodyRoot, decodeBlock, decodeBody, EMPTY_BODY, encodeBlock, encodeBody } from "./block.ts";
import { decodeHeader, type Header } from "./header.ts";
import { MAX_TRANSACTION_BYTES } from "./limits.ts";
import type { Vote } from "./vote.ts";

const bytes32 = new ByteVectorType(32);
const checkpointType = new ContainerType({ epoch: new UintBigintType(8), id: bytes32 });
const voteType = new ContainerType({
  source: checkpointType,
  target: checkpointType,
  key: bytes32,
  signature: new ByteVectorType(64),
});
const bodyType = new ContainerType({
  transactions: new ListCompositeType(new ByteListType(MAX_TRANSACTION_BYTES), 65_536),
  votes: new ListCompositeType(voteType, 256),
});
const transactionRoots = new ListCompositeType(bytes32, 65_536);
const voteRoots = new ListCompositeType(bytes32, 256);

const fixed = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const checkpoints = fc.record({ epoch: fc.maxSafeNat(), id: fixed(32).map(asHash) });
const votes: fc.Arbitrary<Vote> = fc.record({
  source: checkpoints,
  target: checkpoints,
  key: fixed(32).map(asKey),
  signature: fixed(64).map(asSignature),
});
const bodies: fc.Arbitrary<Body> = fc.record({
  transactions: fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }),
  votes: fc.array(votes, { maxLength: 4 }),
});

const voteForLibrary = ({ source, target, key, signature }: Vote) => ({
  source: { epoch: BigInt(source.epoch), id: source.id },
  target: { epoch: BigInt(target.epoch), id: target.id },
  key,
  signature,
});
const bodyForLibrary = (body: Body) => ({
  transactions: [...body.transactions],
  votes: body.votes.map(voteForLibrary),
});

function header(): Header {
  const bytes = new Uint8Array(142);
  bytes[0] = 1;
  new DataView(bytes.buffer).setUint32(134, 142, true);
  new DataView(bytes.buffer).setUint32(138, 142, true);
  const decoded = decodeHeader(bytes);
  if (!decoded.ok) throw new Error(decoded.error.code);
  return decoded.value;
}

describe("a body", () => {
  test("has the bytes of the SSZ library, and comes back from them", () => {
    fc.assert(
      fc.property(bodies, (body) => {
        const bytes = encodeBody(body);
        expect(toHex(bytes)).toBe(toHex(bodyType.serialize(bodyForLibrary(body))));
        expect(decodeBody(bytes)).toEqual({ ok: true, value: body });
      }),
    );
  });

  test("without anything in it has eight bytes", () => {
    expect(toHex(encodeBody(EMPTY_BODY))).toBe("0800000008000000");
  });

  test("changed in one byte is read as the library reads it, or refused as body-malformed", () => {
    fc.assert(
      fc.property(bodies, fc.nat(), fc.nat(255), (body, at, value) => {
        const bytes = encodeBody(body);
        bytes[at % bytes.length] = value;
        const mine = decodeBody(bytes);
        if (mine.ok) expect(toHex(encodeBody(mine.value))).toBe(toHex(bytes));
        else expect(mine.error.code).toBe("body-malformed");
        expect(mine.ok).toBe(libraryAccepts(bytes));
      }),
      { numRuns: 500 },
    );
  });

  test("cut short or with a byte too many is refused", () => {
    const bytes = encodeBody({ transactions: [new Uint8Array(5)], votes: fc.sample(votes, { numRuns: 1, seed: 2 }) });
    const codeOf = (wrong: Uint8Array): string => {
      const body = decodeBody(wrong);
      return body.ok ? "ok" : body.error.code;
    };
    // Without its whole vote it is another body.
    for (let length = 0; length < bytes.length; length++)
      expect(codeOf(bytes.subarray(0, length))).toBe(length === bytes.length - 176 ? "ok" : "body-malformed");
    expect(codeOf(new Uint8Array([...bytes, 0]))).toBe("body-malformed");
  });

  test("has the root of rule BLOCK-6", () => {
    fc.assert(
      fc.property(fc.array(fixed(32).map(asHash), { maxLength: 6 }), fc.array(votes, { maxLength: 3 }), (ids, list) => {
        const hashes = list.map((vote) => sha256(voteType.serialize(voteForLibrary(vote))));
        const expected = new Uint8Array(64);
        expected.set(transactionRoots.hashTreeRoot(ids), 0);
        expected.set(voteRoots.hashTreeRoot(hashes), 32);
        expect(toHex(computeBodyRoot(ids, list))).toBe(toHex(sha256(expected)));
      }),
      { numRuns: 20 },
    );
  });
});

describe("a block", () => {
  test("comes back from its bytes", () => {
    fc.assert(
      fc.property(bodies, (body) => {
        const block = { header: header(), body };
        expect(decodeBlock(encodeBlock(block), 100_000)).toEqual({ ok: true, value: block });
      }),
    );
  });

  test("that is too large is refused before it is read", () => {
    const decoded = decodeBlock(new Uint8Array(1_000), 100);
    expect(decoded).toMatchObject({ ok: false, error: { code: "block-too-large", blame: "sender" } });
  });

  test("in another form is refused", () => {
    const bytes = encodeBlock({ header: header(), body: EMPTY_BODY });
    const codeOf = (wrong: Uint8Array): string => {
      const block = decodeBlock(wrong, 100_000);
      return block.ok ? "ok" : block.error.code;
    };
    expect(codeOf(bytes)).toBe("ok");
    for (const wrong of [new Uint8Array(0), new Uint8Array(3), new Uint8Array([4, 0, 0, 0])])
      expect(codeOf(wrong)).toBe("block-malformed");
    const gap = bytes.slice();
    gap[0] = 9;
    expect(codeOf(gap)).toBe("block-malformed");
    const otherVersion = bytes.slice();
    otherVersion[8] = 3;
    expect(codeOf(otherVersion)).toBe("header-version");
    expect(codeOf(bytes.subarray(0, bytes.length - 1))).toBe("body-malformed");
  });
});

/** The library knows nothing of integers that end at 2^53. */
function libraryAccepts(bytes: Uint8Array): boolean {
  try {
    const body = bodyType.deserialize(bytes);
    return body.votes.every(({ source, target }) => source.epoch < 2n ** 53n && target.epoch < 2n ** 53n);
  } catch {
    return false;
  }
}
