/**
 * New blocks among peers: announced as header and short ids, relayed once the header holds and before execution;
 * what our mempool lacks is asked of the announcer, and the whole list if the block is not complete with that.
 */
import {
  type BlockId,
  blameSender,
  type Clock,
  type Fault,
  type Hash,
  type Logger,
  OperationError,
  sleep,
  toHex,
} from "#base";
import type { Block, PreparedTransaction } from "#model";
import { decodeParts, encodeParts, MAX_BLOCK_TRANSACTIONS } from "#model";
import type { GossipVerdict, PeerId, Transport } from "../transport/port.ts";
import { createSlots } from "../transport/slots.ts";
import { type CompactBlock, decodeCompactBlock, encodeCompactBlock, shortIdsOf } from "../wire/compact-block.ts";
import { LIMITS, MAX_ANNOUNCEMENT_BYTES, PROTOCOLS, topicsOf } from "../wire/protocols.ts";
import { decodeBlockTransactionsRequest, encodeBlockTransactionsRequest } from "../wire/requests.ts";
import type { BlockSink, PeerReports, TransactionSource } from "./ports.ts";

/** How long somebody who asks for transactions may wait for us to have the block ourselves. */
const PENDING_WAIT_MS = 3_000;
const MAX_UNDER_WAY = 64;
/** Pending transactions compared with a block at once. */
const SEARCH_PIECE = 1_024;
/** So that a peer which announces and does not answer takes no room from the others. */
const MAX_UNDER_WAY_PER_PEER = 8;

export interface RelayBlocksParts {
  readonly chainId: Hash;
  readonly maxBlockBytes: number;
  /** Whether blocks of this chain may hold votes (rule BLOCK-7). */
  readonly takesVotes: boolean;
  readonly transport: Transport;
  readonly sink: BlockSink;
  readonly pool: TransactionSource;
  /** Transactions of a stored block. */
  readonly blockTransactions: (id: BlockId) => readonly Uint8Array[] | null;
  readonly reports: PeerReports;
  readonly isReady: (peer: PeerId) => boolean;
  /** Like `isReady`, but waits for a status that is on its way. */
  readonly meets: (peer: PeerId) => Promise<boolean>;
  /** The sender is on a branch whose way to us is not known. */
  readonly onUnknownParent: (peer: PeerId, height: number) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface BlockRelay {
  announce(id: BlockId, block: Block, ids: readonly Hash[]): Promise<void>;
}

interface Found {
  readonly transactions: (Uint8Array | null)[];
  readonly known: (PreparedTransaction | null)[];
}

export function createBlockRelay(parts: RelayBlocksParts): BlockRelay {
  const { transport, reports, log } = parts;
  const topic = topicsOf(parts.chainId).blocks;
  const underWay = new Map<string, Promise<unknown>>();
  const slots = createSlots(MAX_UNDER_WAY_PER_PEER);

  // Blocks are relayed before they are executed, so an honest relay may pass on an invalid one: it is blamed for what
  // it could check itself, the header and that its answer fits it, and for nothing else.
  const complete = async (from: PeerId, id: BlockId, compact: CompactBlock): Promise<void> => {
    const found = findInPool(parts.pool, id, compact);
    await fetchMissing(parts, from, id, found);
    if (found.transactions.includes(null)) return importWhole(from, id, compact);
    const body = { transactions: found.transactions as Uint8Array[], votes: compact.votes };
    const fault = await parts.sink.importBlock({ header: compact.header, body }, found.known);
    if (fault !== null && fault.code === "body-root") await importWhole(from, id, compact);
    else if (fault !== null) log.info("an announced block is invalid", { id: toHex(id), code: fault.code });
  };
  /**
   * A short id may stand for another transaction of ours, and nothing proves the short ids at all: an honest relay has
   * passed them on unseen. So the whole list may be longer or shorter than they say; only the header decides.
   */
  const importWhole = async (from: PeerId, id: BlockId, compact: CompactBlock): Promise<void> => {
    const all = await requestTransactions(parts, from, id, []);
    const body = { transactions: all, votes: compact.votes };
    const fault = await parts.sink.importBlock({ header: compact.header, body }, []);
    if (fault !== null && fault.code === "body-root") reports.report(from, fault);
    else if (fault !== null) log.info("an announced block is invalid", { id: toHex(id), code: fault.code });
  };
  const take = async (from: PeerId, bytes: Uint8Array): Promise<GossipVerdict> => {
    if (!parts.isReady(from)) return "ignore";
    const refuse = (fault: Fault): GossipVerdict => {
      reports.report(from, fault);
      return fault.blame === "sender" ? "reject" : "ignore";
    };
    const compact = decodeCompactBlock(bytes);
    if (!compact.ok) return refuse(compact.error);
    // Their only proof is the body root, which no relay can check before it has the transactions.
    if (compact.value.votes.length > 0 && !parts.takesVotes) return refuse(blameSender("block-votes"));
    const verdict = parts.sink.checkHeader(compact.value.header);
    if (verdict.kind === "fault") return refuse(verdict.fault);
    if (verdict.kind === "unknown-parent") parts.onUnknownParent(from, compact.value.header.height);
    if (verdict.kind === "known") return "ignore";
    const name = toHex(verdict.id);
    if (underWay.has(name) || underWay.size >= MAX_UNDER_WAY || !slots.take(from)) return "ignore";
    // After a turn of the event loop: those behind us get the announcement before we execute the block.
    const work = sleep(parts.clock, 0)
      .then(() => complete(from, verdict.id, compact.value))
      .catch((error) => log.debug("an announced block was not completed", { id: name, why: String(error) }))
      .finally(() => {
        slots.release(from);
        underWay.delete(name);
      });
    underWay.set(name, work);
    return verdict.kind === "fresh" ? "accept" : "ignore";
  };

  transport.subscribe(topic, { maxBytes: MAX_ANNOUNCEMENT_BYTES }, take);
  transport.handle(PROTOCOLS.blockTransactions, LIMITS.blockTransactions, async (from, bytes) => {
    if (!(await parts.meets(from))) throw new OperationError("request-before-status", "the status comes first");
    const request = decodeBlockTransactionsRequest(bytes);
    if (!request.ok) {
      reports.report(from, request.error);
      throw new OperationError(request.error.code, "the request was refused");
    }
    const { id, positions } = request.value;
    await withPatience(parts.clock, underWay.get(toHex(id)));
    const all = parts.blockTransactions(id);
    if (all === null) throw new OperationError("block-unknown", "the block is not here");
    const wanted = positions.length === 0 ? all : positions.map((position) => all[position] ?? new Uint8Array());
    return encodeParts(wanted);
  });
  return {
    announce: (id, block, ids) => transport.publish(topic, encodeCompactBlock(id, block, ids)),
  };
}

function findInPool(pool: TransactionSource, id: BlockId, compact: CompactBlock): Found {
  const count = compact.shortIds.length;
  const transactions: (Uint8Array | null)[] = Array.from({ length: count }, () => null);
  const known: (PreparedTransaction | null)[] = Array.from({ length: count }, () => null);
  if (count === 0) return { transactions, known };
  const wanted = new Map(compact.shortIds.map((short, position) => [short, position]));
  let missing = wanted.size;
  for (const items of inPieces(pool.pending())) {
    const shortIds = shortIdsOf(
      id,
      items.map((item) => item.id),
    );
    for (const [i, item] of items.entries()) {
      const position = wanted.get(shortIds[i]!);
      if (position === undefined || known[position] !== null) continue;
      transactions[position] = item.bytes;
      known[position] = item;
      missing--;
    }
    if (missing === 0) break;
  }
  return { transactions, known };
}

/** Short ids are made many at a time. */
function* inPieces<T>(items: Iterable<T>): IterableIterator<readonly T[]> {
  let piece: T[] = [];
  for (const item of items) {
    if (piece.push(item) < SEARCH_PIECE) continue;
    yield piece;
    piece = [];
  }
  if (piece.length > 0) yield piece;
}

/** Asks for what is missing beside what is here; where all of it is, the whole list is asked for instead. */
async function fetchMissing(parts: RelayBlocksParts, from: PeerId, id: BlockId, found: Found): Promise<void> {
  const positions = found.transactions.flatMap((bytes, position) => (bytes === null ? [position] : []));
  if (positions.length === 0 || positions.length === found.transactions.length) return;
  const answer = await requestTransactions(parts, from, id, positions);
  if (answer.length !== positions.length) {
    parts.reports.report(from, blameSender("answer-wrong-length", { what: "block-transactions" }));
    throw new OperationError("answer-wrong-length", "the peer answered something else");
  }
  positions.forEach((position, i) => {
    if (answer[i]!.length > 0) found.transactions[position] = answer[i]!;
  });
}

async function requestTransactions(
  parts: RelayBlocksParts,
  from: PeerId,
  id: BlockId,
  positions: readonly number[],
): Promise<readonly Uint8Array[]> {
  const request = encodeBlockTransactionsRequest({ id, positions });
  const [answer] = await parts.transport.request(from, PROTOCOLS.blockTransactions, request, {
    timeoutMs: LIMITS.blockTransactions.timeoutMs,
    maxResponseBytes: parts.maxBlockBytes + 1024,
  });
  const list = answer === undefined ? null : decodeParts(answer, MAX_BLOCK_TRANSACTIONS);
  if (list !== null) return list;
  parts.reports.report(from, blameSender("answer-malformed", { what: "block-transactions" }));
  throw new OperationError("answer-malformed", "the peer answered something else");
}

function withPatience(clock: Clock, work: Promise<unknown> | undefined): Promise<void> {
  if (work === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    const cancel = clock.after(PENDING_WAIT_MS, resolve);
    void work.finally(() => {
      cancel();
      resolve();
    });
  });
}
