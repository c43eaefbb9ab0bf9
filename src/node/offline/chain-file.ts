/** The export file (rule BLOCK-13): JSON lines, the specification first, then every block of the chain from height 1. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { fromHex, OperationError, toHex } from "#base";
import type { BlockEntry } from "#chain";
import { type Block, decodeBlock, encodeHeader, encodeParts } from "#model";
import { type ChainSpec, chainIdOf, parseChainSpec, specToJson } from "#spec";

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
  /** In the order of the file. @throws OperationError `chain-file-damaged` with the line */
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
  const head = first.done ? null : parseLine(first.value, 1, path);
  const spec = head !== null && head.format === EXPORT_FORMAT ? parseChainSpec(head.spec) : null;
  if (spec === null) throw damaged(path, 1, `it is not the first line of an ${EXPORT_FORMAT} file`);
  if (!spec.ok) throw damaged(path, 1, `the specification is refused (${spec.error.code})`);
  const { limits } = spec.value;
  return {
    spec: spec.value,
    async *blocks() {
      let number = 1;
      for (let line = await lines.next(); !line.done; line = await lines.next()) {
        number++;
        const { block } = parseLine(line.value, number, path);
        const bytes = typeof block === "string" ? fromHex(block) : null;
        const decoded = bytes === null ? null : decodeBlock(bytes, limits.maxBlockBytes);
        if (decoded === null) throw damaged(path, number, "it holds no block in hex");
        if (!decoded.ok) throw damaged(path, number, `the block cannot be read (${decoded.error.code})`);
        yield decoded.value;
      }
    },
  };
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
