/** The nodes of a devnet: in what order they start, whom each knows, and what each says of itself. */
import { createClient, type DevnetNode } from "#api/contract";
import { OperationError } from "#base";
import { recallValidator } from "./added-validator.ts";
import type { DevnetFolder } from "./devnet-folder.ts";
import { NodeProcess, type ValidatorOptions } from "./node-process.ts";
import { MAX_NODES } from "./options.ts";
import { findPortPair } from "./ports.ts";

const ASK_MS = 3_000;

export interface FleetOptions {
  readonly folder: DevnetFolder;
  /** As a node is told. */
  readonly spec: string;
  readonly program: string;
  readonly portsFrom: number;
  /** Whom a node's blocks credit, by its index. */
  readonly rewardAddress: (index: number) => string;
}

/** What a node does besides following the chain. */
export interface NodeRole {
  readonly hashRate: number | null;
  readonly validator: ValidatorOptions | null;
}

export interface Fleet {
  readonly nodes: readonly NodeProcess[];
  find(name: string): NodeProcess | null;
  firstRunning(): NodeProcess | null;
  /** A node more, not yet started; without a key of its own it signs with one that it was given before. @throws OperationError `too-many-nodes` */
  add(role: NodeRole): Promise<NodeProcess>;
  start(node: NodeProcess): Promise<void>;
  /** The first, then all others at once. @throws OperationError of the first that does not start */
  startAll(): Promise<void>;
  /** Resolves when no process is left. */
  stopAll(): Promise<void>;
  view(): Promise<readonly DevnetNode[]>;
  viewOf(node: NodeProcess): Promise<DevnetNode>;
}

export function createFleet(options: FleetOptions): Fleet {
  const nodes: NodeProcess[] = [];
  const seen = new Map<NodeProcess, DevnetNode>();
  let asking: Promise<readonly DevnetNode[]> | null = null;
  let isEnding = false;

  const isOurs = (port: number): boolean => nodes.some(({ ports }) => ports.api === port || ports.p2p === port);
  // All others, so that the loss of any one of them keeps nobody from coming back.
  const start = async (node: NodeProcess): Promise<void> => {
    if (isEnding) throw new OperationError("devnet-ending", "the devnet is ending");
    await node.start(nodes.flatMap((other) => (other === node ? [] : (other.dialAddress ?? []))));
  };
  const viewOf = async (node: NodeProcess): Promise<DevnetNode> => {
    const view = await askNode(node, seen.get(node));
    seen.set(node, view);
    return view;
  };
  let adding: Promise<unknown> = Promise.resolve();
  const add = async (role: NodeRole): Promise<NodeProcess> => {
    if (nodes.length >= MAX_NODES)
      throw new OperationError("too-many-nodes", `a devnet has at most ${MAX_NODES} nodes`);
    const name = `node-${nodes.length + 1}`;
    const folder = options.folder.nodeFolder(name);
    const remembered = role.validator === null ? recallValidator(folder) : null;
    const validator = remembered === null ? role.validator : { ...remembered, alone: false };
    const node = new NodeProcess({
      ...{ name, folder, hashRate: role.hashRate, validator, spec: options.spec, program: options.program },
      ports: await findPortPair(options.portsFrom, isOurs),
      rewardAddress: options.rewardAddress(nodes.length),
    });
    nodes.push(node);
    return node;
  };

  return {
    nodes,
    start,
    viewOf,
    find: (name) => nodes.find((node) => node.name === name) ?? null,
    firstRunning: () => nodes.find(({ state }) => state === "running") ?? null,
    add(role) {
      // One after the other, or two would take one name.
      const added = adding.then(() => add(role));
      adding = added.catch(() => {});
      return added;
    },
    async startAll() {
      const [first, ...others] = nodes;
      if (first !== undefined) await start(first);
      await Promise.all(others.map(start));
    },
    async stopAll() {
      isEnding = true;
      await Promise.all(nodes.map((node) => node.shutdown()));
    },
    view() {
      asking ??= Promise.all(nodes.map(viewOf)).finally(() => {
        asking = null;
      });
      return asking;
    },
  };
}

/** What the node's own API says now; of one that does not answer in time, what it said last. */
async function askNode(node: NodeProcess, before: DevnetNode | undefined): Promise<DevnetNode> {
  const known = {
    name: node.name,
    api: node.api,
    p2p: before?.p2p ?? node.address,
    peerId: before?.peerId ?? null,
    ...(node.validatorKey === null ? {} : { validator: node.validatorKey }),
  };
  const answer = node.state === "running" ? await ask(node.api) : null;
  const { state, pid, note } = node;
  const why = note === null ? {} : { note };
  if (answer !== null) {
    const { status, peers } = answer;
    const { height, hash } = status.head;
    return {
      ...{ ...known, state, pid, ...why, peerId: peers.peerId, head: { height, hash }, peers: status.peers },
      p2p: peers.addresses[0] ?? known.p2p,
      peerIds: peers.peers.map(({ peerId }) => peerId),
    };
  }
  if (state === "running" && before !== undefined) return { ...before, state, pid, ...why };
  return { ...known, state, pid, ...why, head: null, peers: 0, peerIds: [] };
}

async function ask(baseUrl: string) {
  const client = createClient({ baseUrl, fetch, timeoutMs: ASK_MS });
  try {
    const [status, peers] = await Promise.all([client.status(), client.peers()]);
    return { status, peers };
  } catch {
    return null;
  }
}
