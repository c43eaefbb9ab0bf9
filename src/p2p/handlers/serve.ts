/** Answers to those who catch up: headers, bodies, and the ids of what is pending. */
import { blameSender, type Fault, OperationError } from "#base";
import { encodeParts } from "#model";
import type { PeerId, Transport } from "../transport/port.ts";
import { LIMITS, MAX_TRANSACTIONS_PER_MESSAGE, PROTOCOLS } from "../wire/protocols.ts";
import { decodeHeadersRequest, decodeIds, MAX_BODIES, MAX_BODIES_BYTES } from "../wire/requests.ts";
import type { BlockSource, PeerReports, TransactionSource } from "./ports.ts";

export interface ServeParts {
  readonly transport: Transport;
  readonly source: BlockSource;
  readonly pool: TransactionSource;
  readonly reports: PeerReports;
  /** Whether the peer is on our chain, once it has said so. */
  readonly meets: (peer: PeerId) => Promise<boolean>;
}

export function serveRequests({ transport, source, pool, reports, meets }: ServeParts): void {
  const refuse = (peer: PeerId, fault: Fault): OperationError => {
    reports.report(peer, fault);
    return new OperationError(fault.code, "the request was refused");
  };
  const checkReady = async (peer: PeerId): Promise<void> => {
    if (!(await meets(peer))) throw refuse(peer, blameSender("request-before-status"));
  };

  transport.handle(PROTOCOLS.headers, LIMITS.headers, async (from, bytes) => {
    await checkReady(from);
    const request = decodeHeadersRequest(bytes);
    if (!request.ok) throw refuse(from, request.error);
    return encodeParts(source.headersAfter(request.value.locator, request.value.limit));
  });
  transport.handle(PROTOCOLS.bodies, LIMITS.bodies, async function* (from, bytes) {
    await checkReady(from);
    const ids = decodeIds(bytes, MAX_BODIES);
    if (ids === null) throw refuse(from, blameSender("request-malformed", { what: "bodies" }));
    yield* streamBodies(source, ids);
  });
  transport.handle(PROTOCOLS.pool, LIMITS.pool, async function* (from) {
    await checkReady(from);
    yield* streamPending(pool);
  });
}

/** One chunk a body, in the order asked for; an empty chunk = we do not have it. Stops early when much was sent. */
async function* streamBodies(source: BlockSource, ids: readonly Parameters<BlockSource["bodyBytes"]>[0][]) {
  let sent = 0;
  for (const id of ids) {
    if (sent > MAX_BODIES_BYTES) return;
    const body = source.bodyBytes(id) ?? new Uint8Array();
    sent += body.length;
    yield body;
  }
}

/** What is pending, so that a newcomer's mempool is not empty; bounded, best first. */
async function* streamPending(pool: TransactionSource) {
  let batch: Uint8Array[] = [];
  let sent = 0;
  for (const item of pool.pending()) {
    batch.push(item.bytes);
    sent += item.bytes.length;
    if (batch.length >= MAX_TRANSACTIONS_PER_MESSAGE / 4) {
      yield encodeParts(batch);
      batch = [];
    }
    if (sent > MAX_BODIES_BYTES / 4) break;
  }
  if (batch.length > 0) yield encodeParts(batch);
}
