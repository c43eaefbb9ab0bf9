/** A peer on the memory network that speaks the protocols and means no good: it says what a test tells it to say. */
import { asHash } from "#base";
import {
  encodeStatus,
  type PeerId,
  PROTOCOLS,
  type RequestHandler,
  type Status,
  type Transport,
  WIRE_VERSION,
} from "#p2p";

const DIAL_MS = 30_000;
const GENEROUS = { maxRequestBytes: 2 ** 22, timeoutMs: 600_000, maxConcurrentPerPeer: 64 };

export interface RoguePeer {
  readonly transport: Transport;
  /** What it says of itself from now on. */
  claim(status: Partial<Status>): void;
  /** Requests that came to it, by protocol. */
  readonly asked: string[];
  answer(protocol: keyof typeof PROTOCOLS, handler: RequestHandler): void;
  /** Dials and says its status. @returns the status of the other, null when it gave none */
  meet(address: string): Promise<Uint8Array | null>;
  /** The chunks of an answer, or the code of the failure. */
  ask(peer: PeerId, protocol: string, bytes: Uint8Array): Promise<readonly Uint8Array[] | string>;
}

export function createRoguePeer(transport: Transport, own: Status): RoguePeer {
  let status = own;
  const asked: string[] = [];
  const answer: RoguePeer["answer"] = (name, handler) =>
    transport.handle(PROTOCOLS[name], GENEROUS, (from, bytes, signal) => {
      asked.push(name);
      return handler(from, bytes, signal);
    });
  const ask: RoguePeer["ask"] = (peer, protocol, bytes) =>
    transport
      .request(peer, protocol, bytes, { timeoutMs: 60_000, maxResponseBytes: 2 ** 25, maxChunks: 4_096 })
      .catch((error: { code?: string }) => error.code ?? String(error));
  answer("status", async () => encodeStatus(status));
  return {
    transport,
    asked,
    answer,
    ask,
    claim(change) {
      status = { ...status, ...change };
    },
    async meet(address) {
      const peer = await transport.dial(address, DIAL_MS);
      const answers = await ask(peer, PROTOCOLS.status, encodeStatus(status));
      return typeof answers === "string" ? null : (answers[0] ?? null);
    },
  };
}

/** Somebody on a chain that is nowhere. */
export function statusOf(chainId: Uint8Array, genesisId: Uint8Array, height = 0, weight = 0n): Status {
  const id = asHash(genesisId) as Status["genesisId"];
  return {
    wireVersion: WIRE_VERSION,
    chainId: asHash(chainId),
    genesisId: id,
    head: { height, id, justifiedEpoch: 0, weight },
    finalized: { height: 0, id },
    timeMs: 0,
  };
}
