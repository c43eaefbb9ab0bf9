/** A real node with its doors, for the table of bad input: HTTP, peers over real sockets, the import line. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { identify } from "@libp2p/identify";
import { noise } from "@libp2p/noise";
import { tcp } from "@libp2p/tcp";
import { yamux } from "@libp2p/yamux";
import { multiaddr } from "@multiformats/multiaddr";
import { createLibp2p } from "libp2p";
import {
  concatBytes,
  equalBytes,
  type Logger,
  OperationError,
  silentLogger,
  systemClock,
  systemRandom,
  toHex,
} from "#base";
import type { Block, PreparedTransaction } from "#model";
import { loadConfig, type RunningNode, startNode } from "#node";
import { createLibp2pTransport, encodeStatus, PROTOCOLS, type Status, type Transport, topicsOf } from "#p2p";
import { type ChainSpec, chainIdOf, specToJson } from "#spec";
import { buildTransfer, devAccount } from "#wallet/core";
import { easySpec } from "../support/forge.ts";
import { createRoguePeer, type RoguePeer, statusOf } from "../support/rogue-peer.ts";

const PATIENCE_MS = 60_000;
/** Of one that is not turned away. */
const STAYS_MS = 700;

/** Small blocks, so that one too large is soon made. */
export const spec: ChainSpec = { ...easySpec, limits: { maxBlockBytes: 65_536, maxBlockTransactions: 300 } };
export const chainId = chainIdOf(spec);

/** The door, what is sent, the answer, and the sending. */
export type Row = readonly [door: string, what: string, answer: string, send: (world: World) => Promise<string>];

export interface World {
  readonly node: RunningNode;
  readonly folder: string;
  readonly specFile: string;
  /** What cannot have changed when something was refused. */
  facts(): string;
  post(body: Uint8Array | string, type: string): Promise<string>;
  import(...blocks: readonly Block[]): Promise<string>;
  /** A new peer that has met the node, and the fault that it is charged with next. */
  rogue(act: (peer: RoguePeer) => Promise<unknown>, status?: Partial<Status>): Promise<string>;
  /** Until the node has heard it; what is the same is not sent again. */
  publish(peer: RoguePeer, topic: "blocks" | "transactions", make: (attempt: number) => Uint8Array): Promise<void>;
  /** A libp2p host that knows nothing of this project but the wire. @returns how it fares with this status */
  stockClient(status: Status): Promise<string>;
  honest(): PreparedTransaction;
  close(): Promise<void>;
}

export async function openWorld(folder: string): Promise<World> {
  mkdirSync(folder, { recursive: true });
  const specFile = join(folder, "chain.json");
  writeFileSync(specFile, JSON.stringify(specToJson(spec)));
  const faults: { readonly peer: string; readonly code: string }[] = [];
  const flags = { "node.data": join(folder, "node"), "node.spec": specFile, "api.port": 0, "p2p.port": 0 };
  const node = await startNode(loadConfig({ flags }), { log: listening(faults) });
  const own = statusOf(chainId, node.core.chain.genesisId);
  let paid = 0;

  const opened: Transport[] = [];
  const stranger = async (): Promise<Transport> => {
    const transport = await createLibp2pTransport(
      { identitySeed: systemRandom().bytes(32), agent: "rogue/1", listen: ["/ip4/127.0.0.1/tcp/0"] },
      { clock: systemClock() },
    );
    for (const topic of Object.values(topicsOf(chainId)))
      transport.subscribe(topic, { maxBytes: 2 ** 24 }, async () => "ignore");
    await transport.start();
    opened.push(transport);
    return transport;
  };
  return {
    ...{ node, folder, specFile },
    facts() {
      const { head } = node.core.chain;
      return `${toHex(head.id)} ${toHex(head.header.stateRoot)} ${node.core.mempool.count} ${node.core.disk.readOnly}`;
    },
    async post(body, type) {
      const answer = await fetch(`${node.api.url}/v1/transactions`, {
        method: "POST",
        body: typeof body === "string" ? body : Buffer.from(body),
        headers: { "content-type": type },
      });
      const json = (await answer.json()) as { error?: { code: string; message: string }; results?: readonly Answer[] };
      const codes = json.error === undefined ? json.results!.map(codeOf) : [`${answer.status} ${wordsOf(json.error)}`];
      return codes.join(", ");
    },
    async import(...blocks) {
      const results = await node.core.chain.import(blocks.map((block) => ({ block })));
      const result = results.at(-1)!;
      return result.kind === "refused" ? result.fault.code : result.kind;
    },
    async rogue(act, status = {}) {
      const transport = await stranger();
      const peer = createRoguePeer(transport, { ...own, ...status });
      try {
        await peer.meet(node.p2p[0]!);
        await act(peer);
        const charged = (): string | undefined => faults.find((fault) => fault.peer === transport.self)?.code;
        for (let waitedMs = 0; charged() === undefined && waitedMs < PATIENCE_MS; waitedMs += 10) await delay(10);
        return charged() ?? "nothing";
      } finally {
        await transport.stop();
      }
    },
    async publish(peer, topic, make) {
      // The gossip layer knows a moment after the connection who listens to what.
      const endMs = performance.now() + PATIENCE_MS;
      for (let i = 0; performance.now() < endMs; i++) {
        await peer.transport.publish(topicsOf(chainId)[topic], make(i));
        await delay(50);
        if (faults.some((fault) => fault.peer === peer.transport.self)) return;
      }
    },
    stockClient: (status) => askAsStock(node.p2p[0]!, status),
    honest: () =>
      buildTransfer({
        chainId,
        seed: devAccount(0).seed,
        nonce: paid++,
        outputs: [{ to: devAccount(9).address, amountAtoms: 50_000n }],
      }),
    async close() {
      for (const transport of opened) await transport.stop();
      await node.stop();
    },
  };
}

type Answer = { readonly id: string } | { readonly error: { readonly code: string; readonly message: string } };

function codeOf(answer: Answer): string {
  return "id" in answer ? "accepted" : wordsOf(answer.error);
}

/** Each refusal comes with a sentence. */
function wordsOf({ code, message }: { readonly code: string; readonly message: string }): string {
  if (message.split(" ").length < 4) throw new Error(`'${message}' says nothing`);
  return code;
}

/** Notes what peers are charged with. */
function listening(faults: { readonly peer: string; readonly code: string }[]): Logger {
  const log: Logger = {
    ...silentLogger,
    info(text, { peer, code, why } = {}) {
      if (text === "peer at fault") faults.push({ peer: String(peer), code: String(code) });
      if (text === "peer turned away") faults.push({ peer: String(peer), code: String(why) });
    },
    child: () => log,
  };
  return log;
}

async function askAsStock(address: string, status: Status): Promise<string> {
  const host = await createLibp2p({
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify() },
  });
  try {
    const connection = await host.dial(multiaddr(address));
    const gone = new Promise<string>((resolve) => connection.addEventListener("close", () => resolve("turned away")));
    const stream = await connection.newStream(PROTOCOLS.status);
    let received = 0;
    stream.addEventListener("message", (event) => {
      received += event.data.byteLength;
    });
    const bytes = encodeStatus(status);
    stream.send(concatBytes(Uint8Array.of((bytes.length & 0x7f) | 0x80, bytes.length >> 7), bytes));
    await stream.close();
    const isOurs = equalBytes(status.chainId, chainId);
    for (const endMs = performance.now() + PATIENCE_MS; received === 0 && performance.now() < endMs; ) await delay(5);
    const fate = await Promise.race([gone, delay(isOurs ? STAYS_MS : PATIENCE_MS, "welcome", { ref: false })]);
    return `${fate} with ${received} bytes`;
  } finally {
    await host.stop();
  }
}

/** The code of what is thrown; the words must say something. */
export async function refusal(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return "accepted";
  } catch (error) {
    if (error instanceof OperationError) return wordsOf(error);
    throw error;
  }
}
