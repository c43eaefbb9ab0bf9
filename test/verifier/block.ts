/** The bytes of blocks and headers (rules BLOCK-1 to BLOCK-8, BLOCK-12). */
import { ascii, listElements, listRoot, SAFE, sha256, u32, u64, variableParts, ZERO32 } from "./bytes.ts";
import { check } from "./refusal.ts";

const FIXED = 142;
const VOTE_BYTES = 176;

export interface Header {
  readonly bytes: Buffer;
  readonly height: bigint;
  readonly parent: Buffer;
  readonly timeMs: bigint;
  readonly bodyRoot: Buffer;
  readonly stateRoot: Buffer;
  readonly proposer: Buffer;
  readonly claim: Buffer;
  readonly seal: Buffer;
}

export interface Block {
  readonly header: Header;
  readonly body: Buffer;
  readonly transactions: readonly Buffer[];
  readonly votes: readonly Buffer[];
}

export function readBlock(bytes: Buffer): Block {
  const [header, body] = variableParts(bytes, 8, [0, 4], "BLOCK-8", "block");
  const [transactions, votes] = variableParts(body!, 8, [0, 4], "BLOCK-5", "body");
  return {
    header: readHeader(header!),
    body: body!,
    transactions: listElements(transactions!, 65_536, "BLOCK-5", "transactions"),
    votes: readVotes(votes!),
  };
}

/** BLOCK-7. */
function readVotes(bytes: Buffer): Buffer[] {
  check(bytes.length % VOTE_BYTES === 0, "BLOCK-7", `votes of ${bytes.length} bytes`);
  const count = bytes.length / VOTE_BYTES;
  check(count <= 256, "BYTES-6", `${count} votes`);
  const votes = Array.from({ length: count }, (_, i) => bytes.subarray(i * VOTE_BYTES, (i + 1) * VOTE_BYTES));
  for (const vote of votes)
    for (const at of [0, 40]) check(vote.readBigUInt64LE(at) < SAFE, "BLOCK-7", "an epoch of a vote is 2^53 or more");
  return votes;
}

export function readHeader(bytes: Buffer): Header {
  check(bytes.length >= 2 && bytes.readUInt16LE(0) === 1, "BLOCK-2", "the version of the header is not 1");
  const [claim, seal] = variableParts(bytes, FIXED, [134, 138], "BLOCK-1", "header");
  check(
    claim!.length <= 64 && seal!.length <= 128,
    "BLOCK-1",
    `claim of ${claim!.length}, seal of ${seal!.length} bytes`,
  );
  const header: Header = {
    bytes,
    height: bytes.readBigUInt64LE(2),
    parent: bytes.subarray(10, 42),
    timeMs: bytes.readBigUInt64LE(42),
    bodyRoot: bytes.subarray(50, 82),
    stateRoot: bytes.subarray(82, 114),
    proposer: bytes.subarray(114, 134),
    claim: claim!,
    seal: seal!,
  };
  check(header.height < SAFE && header.timeMs < SAFE, "BLOCK-2", "height or time is 2^53 or more");
  return header;
}

/** BLOCK-12. */
export function genesisHeader(timeMs: bigint, stateRoot: Buffer, claim: Buffer): Header {
  const bodyRoot = computeBodyRoot([], []);
  const proposer = Buffer.alloc(20);
  const version = Buffer.from([1, 0]);
  const offsets = [u32(FIXED), u32(FIXED + claim.length)];
  const bytes = [version, u64(0n), ZERO32, u64(timeMs), bodyRoot, stateRoot, proposer, ...offsets, claim];
  return readHeader(Buffer.concat(bytes));
}

/** BLOCK-3. */
export function sealHashOf(header: Header, chainId: Buffer): Buffer {
  return sha256(ascii("agon/seal/v1"), chainId, header.bytes.subarray(0, 134), u32(FIXED - 4), header.claim);
}

/** BLOCK-6. */
export function computeBodyRoot(ids: readonly Buffer[], votes: readonly Buffer[]): Buffer {
  const voteHashes = votes.map((vote) => sha256(vote));
  return sha256(listRoot(ids, 16), listRoot(voteHashes, 8));
}
