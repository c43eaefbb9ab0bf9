/** A snapshot's bytes on our own disk: at most 6 KiB with the 10,240 validators that a specification may have. */
import { asHash, assertInvariant, type Hash, InvariantError, readUint, writeUint } from "#base";
import type { Checkpoint } from "#model";
import type { LotterySnapshot } from "./snapshot.ts";
import type { Tally } from "./tally.ts";

const MAX_BYTES = 6_144;
const SUM_BYTES = 16;
const LENGTH_BYTES = 2;

/**
 * Layout: id, height, time, weight (16), justified, finalized (40 each), their heights, mix, seed, before, current,
 * 1 and next or 0, since, tally, 1 and the tally before or 0. A tally: epoch, checkpoint, height, source (40), height,
 * current, before, sums (16 each), length (2) and bits. Numbers have 8 bytes, little-endian. Where one of the tallies takes
 * former voters, it ends with 1 or 0, length and bits of each: those of before rule STAKE-23 end here.
 */
export function encodeSnapshot(snapshot: LotterySnapshot): Uint8Array {
  const { data } = snapshot;
  const writer = createWriter();
  writer.bytes(snapshot.id);
  writer.number(snapshot.height);
  writer.number(snapshot.timeMs);
  writer.sum(snapshot.weight);
  writer.checkpoint(snapshot.justified);
  writer.checkpoint(snapshot.finalized);
  writer.number(data.justifiedHeight);
  writer.number(data.finalizedHeight);
  for (const hash of [data.mix, data.seed, data.before, data.current]) writer.bytes(hash);
  writer.flag(data.next !== null);
  if (data.next !== null) writer.bytes(data.next);
  writer.number(data.currentSince);
  writeTally(writer, data.tally);
  writer.flag(data.previous !== null);
  if (data.previous !== null) writeTally(writer, data.previous);
  const tallies = [data.tally, ...(data.previous === null ? [] : [data.previous])];
  if (tallies.some(({ takesFormer }) => takesFormer))
    for (const { takesFormer, votedFormer } of tallies) {
      writer.flag(takesFormer);
      writer.list(votedFormer);
    }
  return writer.end();
}

/** Bytes that we wrote ourselves; the result shares no memory with them. @throws InvariantError when they are no snapshot */
export function decodeSnapshot(bytes: Uint8Array): LotterySnapshot {
  const reader = createReader(bytes);
  const id = reader.hash();
  const height = reader.number();
  const timeMs = reader.number();
  const weight = reader.sum();
  const justified = reader.checkpoint();
  const finalized = reader.checkpoint();
  const justifiedHeight = reader.number();
  const finalizedHeight = reader.number();
  const [mix, seed, before, current] = [reader.hash(), reader.hash(), reader.hash(), reader.hash()];
  const next = reader.flag() ? reader.hash() : null;
  const currentSince = reader.number();
  const own = readTally(reader);
  const earlier = reader.flag() ? readTally(reader) : null;
  const hasFormer = reader.hasMore();
  const tally = readFormer(reader, own, hasFormer);
  const previous = earlier === null ? null : readFormer(reader, earlier, hasFormer);
  reader.end();
  const tables = { before, current, next, currentSince };
  const data = { mix, seed, ...tables, justifiedHeight, finalizedHeight, tally, previous };
  return { id, height, timeMs, weight, justified, finalized, data };
}

function writeTally(writer: Writer, tally: Tally): void {
  writer.number(tally.epoch);
  writer.bytes(tally.checkpoint);
  writer.number(tally.checkpointHeight);
  writer.checkpoint(tally.source);
  writer.number(tally.sourceHeight);
  writer.bytes(tally.current);
  writer.bytes(tally.before);
  writer.sum(tally.sum);
  writer.sum(tally.sumBefore);
  writer.list(tally.voted);
}

function readFormer(reader: Reader, tally: CurrentTally, hasFormer: boolean): Tally {
  if (!hasFormer) return { ...tally, takesFormer: false, votedFormer: new Uint8Array(0) };
  return { ...tally, takesFormer: reader.flag(), votedFormer: reader.list() };
}

type CurrentTally = Omit<Tally, "takesFormer" | "votedFormer">;

function readTally(reader: Reader): CurrentTally {
  return {
    epoch: reader.number(),
    checkpoint: reader.hash(),
    checkpointHeight: reader.number(),
    source: reader.checkpoint(),
    sourceHeight: reader.number(),
    current: reader.hash(),
    before: reader.hash(),
    sum: reader.sum(),
    sumBefore: reader.sum(),
    voted: reader.list(),
  };
}

type Writer = ReturnType<typeof createWriter>;
type Reader = ReturnType<typeof createReader>;

function createWriter() {
  const bytes = new Uint8Array(MAX_BYTES);
  let at = 0;
  const room = (length: number): number => {
    at += length;
    assertInvariant(at <= MAX_BYTES, "a snapshot is too large");
    return at - length;
  };
  const write = (part: Uint8Array): void => bytes.set(part, room(part.length));
  const uint = (length: number, value: bigint): void => writeUint(bytes, room(length), length, value);
  return {
    bytes: write,
    number: (value: number) => uint(8, BigInt(value)),
    sum: (value: bigint) => uint(SUM_BYTES, value),
    flag: (value: boolean) => uint(1, value ? 1n : 0n),
    checkpoint(value: Checkpoint): void {
      uint(8, BigInt(value.epoch));
      write(value.id);
    },
    list(part: Uint8Array): void {
      uint(LENGTH_BYTES, BigInt(part.length));
      write(part);
    },
    end: () => bytes.slice(0, at),
  };
}

function createReader(bytes: Uint8Array) {
  let at = 0;
  const take = (length: number): number => {
    at += length;
    if (at > bytes.length) throw new InvariantError("a snapshot is cut");
    return at - length;
  };
  const uint = (length: number): bigint => readUint(bytes, take(length), length);
  const cut = (length: number): Uint8Array => {
    const from = take(length);
    return bytes.slice(from, from + length);
  };
  const hash = (): Hash => asHash(cut(32));
  const number = (): number => Number(uint(8));
  return {
    hash,
    number,
    sum: () => uint(SUM_BYTES),
    flag: () => uint(1) === 1n,
    checkpoint: (): Checkpoint => ({ epoch: number(), id: hash() }),
    list: () => cut(Number(uint(LENGTH_BYTES))),
    hasMore: () => at < bytes.length,
    end: () => assertInvariant(at === bytes.length, "a snapshot is too long"),
  };
}
