/** The export file (rule BLOCK-13): JSON lines, the specification first, then every block of the chain from height 1. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { fromHex, OperationError, toHex } from "#base";
import type { BlockEntry } from "#chain";
import { engineFor } from "#consensus";
import { type Block, decodeBlock, encodeHeader, encodeParts } from "#model";
import { type ChainSpec, chainIdOf, parseChainSpec, specToJson } from "#spec";
import { genesisIdOf } from "../genesis-id.ts";

export const EXPORT_FORMAT = "agon-chain/1";

export function firstLine(spec: ChainSpec, genesis: BlockEntry, head: BlockEntry): string {
  return JSON.stringify({
    format: EXPORT_FORMAT,
    spec: specToJson(spec),
    chainId: toHex(chainIdOf(spec)),
    genesis: toHex(genesis.id),
    head: { height: head.header.height, id: toHex(head.id) },
  });
}

export function blockLine(entry: BlockEntry, bodyBytes: Uint8Array): string {
  const bytes = encodeParts([encodeHeader(entry.header), bodyBytes]);
  return JSON.stringify({ height: entry.header.height, id: toHex(entry.id), block: toHex(bytes) });
}

export interface ChainFile {
  readonly spec: ChainSpec;
  /** In the order of the file, up to the head that its first line names. @throws OperationError `chain-file-damaged` */
  blocks(): AsyncIterableIterator<Block>;
}

/** @throws OperationError `chain-file-damaged`, or `file-missing` */
export async function openChainFile(path: string): Promise<ChainFile> {
  const stream = createReadStream(path, "utf8");
  await new Promise<void>((resolve, reject) => {
    stream.once("open", () => resolve());
    stream.once("error", () => reject(new OperationError("file-missing", `${path} cannot be read`)));
  });
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
  const first = await lines.next();
  const { spec, head } = readFirstLine(path, first.done ? null : parseLine(first.value, 1, path));
  const engine = engineFor(spec, chainIdOf(spec));
  return {
    spec,
    async *blocks() {
      let at = { height: 0, id: head.genesis };
      for (let line = await lines.next(); !line.done; line = await lines.next()) {
        const number = at.height + 2;
        const { height, id, block } = parseLine(line.value, number, path);
        const bytes = typeof block === "string" ? fromHex(block) : null;
        const decoded = bytes === null ? null : decodeBlock(bytes, spec.limits.maxBlockBytes);
        if (decoded === null) throw damaged(path, number, "it holds no block in hex");
        if (!decoded.ok) throw damaged(path, number, `the block cannot be read (${decoded.error.code})`);
        const { header } = decoded.value;
        const parsed = engine.parse(header);
        if (!parsed.ok) throw damaged(path, number, `the header cannot be read (${parsed.error.code})`);
        const isNamed = height === at.height + 1 && height === header.height && id === toHex(parsed.value.id);
        if (!isNamed) throw damaged(path, number, "the block is not the one that the line says it is");
        at = { height, id };
        yield decoded.value;
      }
      if (at.height === head.height && at.id === head.id) return;
      throw damaged(path, at.height + 1, `it is the last, but the first says that the chain ends at ${head.height}`);
    },
  };
}

interface NamedHead {
  readonly height: unknown;
  readonly id: unknown;
  readonly genesis: string;
}

function readFirstLine(
  path: string,
  line: Record<string, unknown> | null,
): { readonly spec: ChainSpec; readonly head: NamedHead } {
  const spec = line !== null && line.format === EXPORT_FORMAT ? parseChainSpec(line.spec) : null;
  if (line === null || spec === null) throw damaged(path, 1, `it is not the first line of an ${EXPORT_FORMAT} file`);
  if (!spec.ok) throw damaged(path, 1, `the specification is refused (${spec.error.code})`);
  const chainId = chainIdOf(spec.value);
  const genesis = toHex(genesisIdOf(spec.value, chainId));
  if (line.chainId !== toHex(chainId) || line.genesis !== genesis)
    throw damaged(path, 1, "the ids of the chain and of its genesis do not follow from the specification");
  const { head } = line;
  if (typeof head !== "object" || head === null || !("height" in head) || !("id" in head))
    throw damaged(path, 1, "it does not say where the chain ends");
  return { spec: spec.value, head: { height: head.height, id: head.id, genesis } };
}

function parseLine(line: string, number: number, path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below, with the line.
  }
  throw damaged(path, number, "it is not a JSON object");
}

function damaged(path: string, line: number, why: string): OperationError {
  return new OperationError("chain-file-damaged", `${path}, line ${line}: ${why}`);
}
