/** Bodies for checked headers, from several peers at once, handed on in order. */
import { type BlockId, blameNobody, type Fault, type Logger, OperationError } from "#base";
import type { Parsed } from "#consensus";
import { type Block, decodeBody } from "#model";
import { encodeIds, type PeerId, PROTOCOLS, type Transport } from "#p2p";
import type { SyncOptions } from "./options.ts";

export interface BodyFetchParts {
  readonly transport: Transport;
  readonly maxBlockBytes: number;
  /** Peers that should have these blocks, best first; asked anew for every request. */
  readonly peers: () => readonly PeerId[];
  readonly onFailure: (peer: PeerId, fault: Fault) => void;
  readonly log: Logger;
}

export interface FetchedBlock {
  readonly block: Block;
  readonly sizeBytes: number;
  readonly from: PeerId;
}

const REQUEST_TIMEOUT_MS = 15_000;
const ANSWER_BYTES = 24 * 1024 * 1024;

/**
 * Yields the blocks group by group, in order, a few requests ahead of the consumer.
 * @throws OperationError `no-peers` when nobody is left to ask
 */
export async function* fetchBlocks(
  options: SyncOptions,
  parts: BodyFetchParts,
  headers: readonly Parsed[],
): AsyncGenerator<readonly FetchedBlock[]> {
  const groups: Parsed[][] = [];
  for (let at = 0; at < headers.length; at += options.blocksPerRequest)
    groups.push(headers.slice(at, at + options.blocksPerRequest));
  const pending: Promise<readonly FetchedBlock[]>[] = [];
  let next = 0;
  const ask = (): void => {
    const group = groups[next];
    if (group === undefined) return;
    const work = fetchGroup(parts, group, next);
    work.catch(() => {});
    pending.push(work);
    next++;
  };
  while (next < Math.min(options.requestsAtOnce, groups.length)) ask();
  while (pending.length > 0) {
    const group = await pending.shift()!;
    ask();
    yield group;
  }
}

/** The same blocks in smaller groups where they are large: a transaction on its way takes several times its size. */
export async function* inPieces(
  groups: AsyncIterable<readonly FetchedBlock[]>,
  maxBytes: number,
): AsyncGenerator<readonly FetchedBlock[]> {
  for await (const group of groups) {
    let first = 0;
    let bytes = 0;
    for (const [i, { sizeBytes }] of group.entries()) {
      bytes += sizeBytes;
      if (bytes <= maxBytes || i === first) continue;
      yield group.slice(first, i);
      first = i;
      bytes = sizeBytes;
    }
    yield group.slice(first);
  }
}

async function fetchGroup(parts: BodyFetchParts, group: readonly Parsed[], no: number): Promise<FetchedBlock[]> {
  const blocks: FetchedBlock[] = [];
  let turn = no;
  while (blocks.length < group.length) {
    const peers = parts.peers();
    if (peers.length === 0) throw new OperationError("no-peers", "no peer is left that has the blocks");
    const peer = peers[turn++ % peers.length]!;
    const rest = group.slice(blocks.length);
    const got = await fetchFrom(parts, peer, rest);
    blocks.push(...got);
  }
  return blocks;
}

async function fetchFrom(parts: BodyFetchParts, peer: PeerId, wanted: readonly Parsed[]): Promise<FetchedBlock[]> {
  const blocks: FetchedBlock[] = [];
  const fail = (fault: Fault): FetchedBlock[] => {
    parts.onFailure(peer, fault);
    return blocks;
  };
  let chunks: readonly Uint8Array[];
  try {
    const ids: readonly BlockId[] = wanted.map((header) => header.id);
    chunks = await parts.transport.request(peer, PROTOCOLS.bodies, encodeIds(ids), {
      timeoutMs: REQUEST_TIMEOUT_MS,
      maxResponseBytes: Math.max(ANSWER_BYTES, 2 * parts.maxBlockBytes + 1024),
      maxChunks: wanted.length,
    });
  } catch (error) {
    parts.log.debug("bodies not fetched", { peer, why: String(error) });
    return fail(blameNobody("bodies-timeout"));
  }
  for (const [i, chunk] of chunks.entries()) {
    if (chunk.length === 0) return fail(blameNobody("bodies-missing"));
    const body = decodeBody(chunk);
    if (!body.ok) return fail(body.error);
    blocks.push({ block: { header: wanted[i]!.header, body: body.value }, sizeBytes: chunk.length, from: peer });
  }
  return blocks.length > 0 ? blocks : fail(blameNobody("bodies-missing"));
}
