/** The way to a node: its address, behind a devnet's console the node chosen, and the token for orders. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ApiError, type Client, createClient, type DevnetNode, type Fetch } from "#api/contract";
import { OperationError } from "#base";
import { DEFAULT_API, DEVNET_FOLDER, NODE_FOLDER, readUrl } from "./options.ts";
import type { Terminal } from "./terminal.ts";

/** A devnet's console passes requests on to the node named here. */
const NODE_HEADER = "x-agon-node";
const TOKEN_FILE = "api-token";

export interface ConnectOptions {
  readonly api?: string | undefined;
  readonly node?: string | undefined;
  readonly data?: string | undefined;
}

/** For reading, and for sending signed transactions. */
export function connect(terminal: Terminal, options: ConnectOptions, token?: string): Client {
  const { node } = options;
  const send: Fetch = (url, init) => {
    const headers = new Headers(init.headers);
    if (node !== undefined) headers.set(NODE_HEADER, node);
    const signals = [terminal.signal, ...(init.signal ? [init.signal] : [])];
    return terminal.fetch(url, { ...init, headers, signal: AbortSignal.any(signals) });
  };
  return createClient({ baseUrl: apiOf(terminal, options), fetch: send, token });
}

export interface OrderClient {
  readonly client: Client;
  /** The nodes behind a devnet's console, null for a node itself. */
  readonly devnet: readonly DevnetNode[] | null;
  readonly token: string | undefined;
}

/** For orders, which need the token. */
export async function connectForOrders(terminal: Terminal, options: ConnectOptions): Promise<OrderClient> {
  const devnet = await findDevnet(connect(terminal, options));
  const token = await findToken(terminal, options.data ?? (devnet === null ? NODE_FOLDER : DEVNET_FOLDER), options);
  return { client: connect(terminal, options, token), devnet, token };
}

/** For orders that a devnet's console does not pass on: to the node itself, with its own token. */
export async function connectForNodeOrders(terminal: Terminal, options: ConnectOptions): Promise<Client> {
  const { client, devnet } = await connectForOrders(terminal, options);
  if (devnet === null) return client;
  const { name, api } = chooseNode(devnet, options.node);
  const token = await findToken(terminal, join(options.data ?? DEVNET_FOLDER, name), options);
  return connect(terminal, { api }, token);
}

/** The named node of a devnet, or the first that runs. */
export function chooseNode(nodes: readonly DevnetNode[], name: string | undefined): DevnetNode {
  const found = nodes.find((node) => (name === undefined ? node.state === "running" : node.name === name));
  if (found !== undefined) return found;
  const names = nodes.map((node) => `${node.name} (${node.state})`).join(", ");
  if (name === undefined) throw new OperationError("no-node", `no node of the devnet runs: ${names}`);
  throw new OperationError("no-node", `the devnet has no node ${name}; it has ${names}`);
}

export function apiOf(terminal: Terminal, { api }: ConnectOptions): string {
  if (api !== undefined) return api;
  const given = terminal.env.AGON_API;
  if (given === undefined || given === "") return DEFAULT_API;
  try {
    return readUrl(given);
  } catch {
    throw new OperationError("config-invalid", `AGON_API must be an address such as ${DEFAULT_API}, not '${given}'`);
  }
}

async function findDevnet(client: Client): Promise<readonly DevnetNode[] | null> {
  try {
    return (await client.devnet.nodes()).nodes;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

async function findToken(terminal: Terminal, folder: string, { data }: ConnectOptions): Promise<string | undefined> {
  const given = terminal.env.AGON_TOKEN;
  if (given !== undefined && given !== "") return given;
  const file = join(folder, TOKEN_FILE);
  if (data === undefined && !existsSync(file)) return undefined;
  return (await readFile(file, "utf8")).trim();
}
