/** Keeps a node on the best chain that any of its peers has: headers first, bodies from several peers, import in order. */
import {
  BoundedMap,
  blameSender,
  type Cancel,
  type Clock,
  every,
  type Fault,
  type Logger,
  OperationError,
  type Result,
} from "#base";
import { type Candidate, type Chain, createLocator } from "#chain";
import type { Parsed } from "#consensus";
import type { Header } from "#model";
import {
  claimsMore,
  decodeHeaders,
  encodeHeadersRequest,
  type Handshake,
  MAX_HEADERS,
  type PeerId,
  type PeerReports,
  PROTOCOLS,
  type Transport,
} from "#p2p";
import { type FetchedBlock, fetchBlocks, inPieces } from "./body-fetch.ts";
import { extendHeaderChain, type HeaderChain, startHeaderChain } from "./header-chain.ts";
import { startHeaderPath } from "./header-path.ts";
import type { SyncOptions } from "./options.ts";

const HEADERS_TIMEOUT_MS = 10_000;
const MAX_FAILED = 1_024;
/** Bodies given to the import line at once. */
const IMPORT_BYTES = 1024 * 1024;
const MIN_HEADERS = 64;
/** What a chain is refused for that contradicts what is final, or trusted, here. */
const FENCES: readonly string[] = ["block-below-finality", "checkpoint-contradicted"];
/** Fewer blocks behind than this is the ordinary life of a node. */
const BEHIND_BLOCKS = 3;

export interface SyncParts {
  readonly chain: Chain;
  /** The import line, watched by whoever must know when the disk fails. */
  readonly importBlocks: Chain["import"];
  readonly transport: Transport;
  readonly handshake: Handshake;
  readonly reports: PeerReports;
  readonly clock: Clock;
  readonly log: Logger;
  /** A peer follows a chain that can never be ours. */
  readonly onFenced: (peer: PeerId, fault: Fault) => void;
}

/** Since the last time that a peer kept its word. */
interface Failures {
  readonly count: number;
  readonly untilMs: number;
}

export class Synchroniser {
  readonly #options: SyncOptions;
  readonly #parts: SyncParts;
  readonly #failed = new BoundedMap<PeerId, Failures>(MAX_FAILED);
  #running: Promise<void> | null = null;
  #again = false;
  #stopped = true;
  #stale = false;
  #cancel: Cancel = () => {};
  #target = 0;
  #headersWanted = MAX_HEADERS;

  constructor(options: SyncOptions, parts: SyncParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** Whether the node is well behind a chain whose headers it has seen; what a peer merely claims stops nobody. */
  get syncing(): boolean {
    return this.#running !== null && this.#target - this.#parts.chain.head.header.height >= BEHIND_BLOCKS;
  }

  /** Nothing is fetched: what is kept here is too old to tell a true chain from a false one. */
  get stale(): boolean {
    return this.#stale;
  }

  holdAsStale(): void {
    this.#stale = true;
  }

  /**
   * Height that a peer claims which is well ahead of us and has never failed to show what it claimed; null without one.
   * What others claim is no reason to wait for long.
   */
  get claimedHeight(): number | null {
    const { handshake, chain } = this.#parts;
    const own = chain.head.header.height;
    for (const [peer, { head }] of handshake.ready)
      if (head.height >= own + BEHIND_BLOCKS && claimsMore(head, tipOf(chain)) && !this.#failed.has(peer))
        return head.height;
    return null;
  }

  /** Height of the best chain that a peer has shown the headers of. */
  get targetHeight(): number {
    return Math.max(this.#target, this.#parts.chain.head.header.height);
  }

  start(): void {
    this.#stopped = false;
    this.#cancel = every(this.#parts.clock, this.#options.refreshMs, () => void this.#refresh());
    this.poke();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#running;
  }

  /** Something changed: look whether anybody is ahead. */
  poke(): void {
    this.#again = true;
    if (this.#running !== null || this.#stopped || this.#stale) return;
    this.#running = this.#run().finally(() => {
      this.#running = null;
    });
  }

  async #refresh(): Promise<void> {
    await Promise.all([...this.#parts.handshake.ready.keys()].map((peer) => this.#parts.handshake.refresh(peer)));
    this.poke();
  }

  async #run(): Promise<void> {
    const { log } = this.#parts;
    while (this.#again && !this.#stopped) {
      this.#again = false;
      for (let peer = this.#bestPeer(); peer !== null && !this.#stopped; peer = this.#bestPeer()) {
        try {
          await this.#followPeer(peer);
        } catch (error) {
          log.info("sync interrupted", { peer, why: error instanceof Error ? error.message : String(error) });
          this.#coolDown(peer);
          if (!(error instanceof OperationError)) throw error;
        }
      }
      this.#target = 0;
    }
  }

  /**
   * Of the peers with a chain that beats ours one that has failed least, and of these the one with the heaviest: claims
   * cost nothing, and a crowd that makes them and gives nothing would leave no time for the others.
   */
  #bestPeer(): PeerId | null {
    const { handshake, chain } = this.#parts;
    let best: PeerId | null = null;
    let tip = tipOf(chain);
    let failures = Number.POSITIVE_INFINITY;
    for (const [peer, { head }] of handshake.ready) {
      const own = this.#failed.get(peer)?.count ?? 0;
      if (this.#isCooling(peer) || own > failures) continue;
      if (!claimsMore(head, own < failures ? tipOf(chain) : tip)) continue;
      [best, tip, failures] = [peer, head, own];
    }
    return best;
  }

  async #followPeer(peer: PeerId): Promise<void> {
    const { chain, handshake } = this.#parts;
    if (chain.trusted.missing && !(await this.#learnTrustedPath(peer))) return this.#coolDown(peer);
    const branch = await this.#fetchHeaders(peer);
    if (branch === null || !chain.engine.promising(branch.snapshot, chain.head.snapshot)) {
      // What it said of itself may be minutes old; only who repeats it and does not show it is left alone.
      const status = await handshake.refresh(peer);
      if (status === null || claimsMore(status.head, tipOf(chain))) this.#coolDown(peer);
      return;
    }
    if (branch.headers.length === 0) {
      // All of it is here and not followed: it is invalid, or forks too deep to be followed unasked.
      this.#coolDown(peer);
      return;
    }
    // Where the engine sees no further yet the rest is taken from what the peer says: it has shown blocks on the way.
    const claimed = branch.complete ? (handshake.ready.get(peer)?.head.height ?? 0) : 0;
    this.#target = Math.max(branch.snapshot.height, claimed);
    await this.#importBodies(peer, branch.headers);
  }

  /** Headers from the fork on, until they outweigh our chain or the peer has no more. */
  async #fetchHeaders(peer: PeerId): Promise<HeaderChain | null> {
    const { chain, clock, reports } = this.#parts;
    let branch: HeaderChain | null = null;
    for (;;) {
      const locator = branch === null ? createLocator(chain) : [branch.snapshot.id];
      const limit = this.#headersWanted;
      const headers = await this.#requestHeaders(peer, { locator, limit });
      if (headers.length === 0) return branch;
      branch ??= startHeaderChain(chain, headers[0]!);
      if (branch === null) return this.#blame(peer, blameSender("headers-not-linked"));
      const done: Result<void, Fault> = extendHeaderChain(chain, branch, headers, {
        nowMs: clock.nowMs(),
        maxKept: this.#options.maxHeadersAhead,
      });
      if (!done.ok) {
        if (FENCES.includes(done.error.code)) this.#parts.onFenced(peer, done.error);
        reports.report(peer, done.error);
        this.#coolDown(peer);
        return branch.headers.length > 0 ? branch : null;
      }
      const outweighs = chain.engine.promising(branch.snapshot, chain.head.snapshot);
      // No more is asked for at once than the engine can check before it needs the blocks.
      const used = branch.snapshot.height - headers[0]!.height + 1;
      this.#headersWanted = branch.complete ? Math.min(MAX_HEADERS, Math.max(MIN_HEADERS, 2 * used)) : MAX_HEADERS;
      if (branch.complete || headers.length < limit || this.#stopped) return branch;
      if (outweighs && branch.headers.length >= this.#options.maxHeadersAhead) return branch;
    }
  }

  /** The headers from our chain to the trusted block: their ids follow from one another, and need no state. */
  async #learnTrustedPath(peer: PeerId): Promise<boolean> {
    const { chain, reports } = this.#parts;
    const path = startHeaderPath(chain);
    while (!path.complete) {
      const headers = await this.#requestHeaders(peer, { locator: path.locator(), limit: MAX_HEADERS });
      const fault = path.add(headers);
      if (fault === null) continue;
      if (FENCES.includes(fault.code)) this.#parts.onFenced(peer, fault);
      reports.report(peer, fault);
      return false;
    }
    return true;
  }

  async #requestHeaders(peer: PeerId, request: Parameters<typeof encodeHeadersRequest>[0]): Promise<readonly Header[]> {
    const [answer] = await this.#parts.transport.request(peer, PROTOCOLS.headers, encodeHeadersRequest(request), {
      timeoutMs: HEADERS_TIMEOUT_MS,
      maxResponseBytes: MAX_HEADERS * 400,
    });
    const headers = decodeHeaders(answer ?? new Uint8Array());
    if (headers.ok) return headers.value;
    this.#parts.reports.report(peer, headers.error);
    throw new OperationError(headers.error.code, "the peer sent headers that cannot be read");
  }

  async #importBodies(leader: PeerId, headers: readonly Parsed[]): Promise<void> {
    const { transport, chain, log } = this.#parts;
    const groups = fetchBlocks(
      this.#options,
      {
        transport,
        maxBlockBytes: chain.spec.limits.maxBlockBytes,
        peers: () => this.#peersWith(headers.at(-1)!.header.height, leader),
        onFailure: (peer, fault) => this.#blame(peer, fault),
        log,
      },
      headers,
    );
    const underWay: Promise<boolean>[] = [];
    for await (const group of inPieces(groups, IMPORT_BYTES)) {
      const work = this.#importGroup(leader, group);
      // It may fail while the next group is waited for; the failure comes out where it is awaited.
      work.catch(() => {});
      underWay.push(work);
      if (underWay.length < this.#options.importsAtOnce) continue;
      if (!(await underWay.shift()) || this.#stopped) break;
    }
    await Promise.all(underWay);
  }

  /** @returns false when the branch is not worth following further */
  async #importGroup(leader: PeerId, group: readonly FetchedBlock[]): Promise<boolean> {
    const { chain, importBlocks, reports } = this.#parts;
    const candidates: Candidate[] = group.map(({ block }) => ({ block }));
    const results = await importBlocks(candidates);
    const bad = results.findIndex((result) => result.kind === "refused");
    const result = results[bad];
    if (result?.kind !== "refused") {
      // Its branch cannot be executed here, and nobody is to blame; but asking on would bring the same again.
      const isStuck = results.some((one) => one.kind === "waiting" && one.why === "needs-state");
      if (isStuck) this.#coolDown(leader);
      else if (!this.#isCooling(leader)) this.#failed.delete(leader);
      return !isStuck;
    }
    const { block, from } = group[bad]!;
    // What the header commits to is the fault of who showed us the header; any other body may still be the right one.
    const { parsed, onParent } = chain.checkHeader(block.header);
    const isBlockInvalid = !parsed.ok || onParent?.kind === "fault";
    const guilty = isBlockInvalid ? leader : from;
    reports.report(guilty, result.fault);
    this.#coolDown(guilty);
    return false;
  }

  /** The leader first; others that claim to be at least as high share the work. */
  #peersWith(height: number, leader: PeerId): readonly PeerId[] {
    const { handshake } = this.#parts;
    const others = [...handshake.ready].filter(
      ([peer, status]) => peer !== leader && status.head.height >= height && !this.#isCooling(peer),
    );
    const able = handshake.isReady(leader) && !this.#isCooling(leader) ? [leader] : [];
    return [...able, ...others.map(([peer]) => peer)];
  }

  #blame(peer: PeerId, fault: Fault): null {
    this.#parts.reports.report(peer, fault);
    this.#coolDown(peer);
    return null;
  }

  #coolDown(peer: PeerId): void {
    const count = (this.#failed.get(peer)?.count ?? 0) + 1;
    this.#failed.set(peer, { count, untilMs: this.#parts.clock.nowMs() + this.#options.cooldownMs });
  }

  #isCooling(peer: PeerId): boolean {
    return (this.#failed.get(peer)?.untilMs ?? 0) > this.#parts.clock.nowMs();
  }
}

function tipOf({ head }: Chain): { readonly justifiedEpoch: number; readonly weight: bigint } {
  return { justifiedEpoch: head.snapshot.justified.epoch, weight: head.snapshot.weight };
}
