/**
 * Looks at an LMDB data file before it is mapped: reading a map beyond the end of its file kills the process, and LMDB
 * trusts what its pages say. Layout of data version 2 (little-endian): page header {number u64, txn u64, pad u16,
 * flags u16, lower u16, upper u16}, on pages 0 and 1 followed by the meta {magic u32, version u32, address u64, map size
 * u64, two trees, last page u64, txn u64}; tree {pad u32 (page size in the first), flags u16, depth u16, branches u64,
 * leaves u64, overflows u64, entries u64, root u64}; node {size or child 32 bits, flags u16, key length u16, key, value}.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

const MAGIC = 0xbeefc0de;
const DATA_VERSION = 2;
const HEADER_BYTES = 24;
const NODE_BYTES = 8;
const BRANCH = 0x01;
const LEAF = 0x02;
const OVERFLOW = 0x04;
const META = 0x08;
const KINDS = BRANCH | LEAF | OVERFLOW | META;
/** Flag of a leaf node whose value lies on overflow pages. */
const BIG_DATA = 0x01;
const NO_PAGE = 0xffff_ffff_ffff_ffffn;

export interface FileCheck {
  /** What is wrong, in words; null when nothing was found. */
  readonly problem: string | null;
  /** Pages looked at. */
  readonly pages: number;
}

interface Tree {
  readonly depth: number;
  readonly leafPages: number;
  readonly root: bigint;
}

interface Meta {
  readonly pageBytes: number;
  readonly lastPage: number;
  readonly txn: bigint;
  /** The free pages, and the data. */
  readonly trees: readonly Tree[];
}

interface Walk {
  readonly descriptor: number;
  readonly sizeBytes: number;
  readonly meta: Meta;
  /** One for all pages, filled anew for each. */
  readonly page: Buffer;
  readonly seen: Set<number>;
}

/**
 * @param file may be missing or empty: LMDB will then make it
 * @param maxLeafPages trees with more leaves than this are walked down to the branches only, which bounds the time of a
 *   start (1.5 µs a page); a file shorter than it says is always walked whole. `Infinity` for a full check.
 */
export function checkLmdbFile(file: string, maxLeafPages: number): FileCheck {
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return { problem: null, pages: 0 };
    throw error;
  }
  try {
    const sizeBytes = fstatSync(descriptor).size;
    if (sizeBytes === 0) return { problem: null, pages: 0 };
    const meta = readMeta(descriptor);
    if (typeof meta === "string") return { problem: meta, pages: 0 };
    // A file may rightly end early, when its last pages are free.
    const short = sizeBytes < (meta.lastPage + 1) * meta.pageBytes;
    const walk = { descriptor, sizeBytes, meta, page: Buffer.alloc(meta.pageBytes), seen: new Set<number>() };
    let problem: string | null = null;
    for (const tree of meta.trees)
      if (tree.root !== NO_PAGE) problem ??= checkTree(walk, tree, short || tree.leafPages <= maxLeafPages);
    return { problem, pages: walk.seen.size };
  } finally {
    closeSync(descriptor);
  }
}

/** The meta page of the last transaction, or what is wrong with it. */
function readMeta(descriptor: number): Meta | string {
  const metas: Meta[] = [];
  for (let at = 0, pageBytes = 0; metas.length < 2; at = pageBytes) {
    const bytes = Buffer.alloc(160);
    if (readSync(descriptor, bytes, 0, bytes.length, at) !== bytes.length) return "it ends within its first pages";
    if (bytes.readUInt32LE(24) !== MAGIC || (bytes.readUInt16LE(18) & META) === 0) return "it is not an LMDB file";
    if ((bytes.readUInt32LE(28) & 0xffff) !== DATA_VERSION) return "its LMDB format is of another version";
    pageBytes = bytes.readUInt32LE(48);
    if (pageBytes < 512 || pageBytes > 65_536 || (pageBytes & (pageBytes - 1)) !== 0) return "its page size is wrong";
    metas.push({
      pageBytes,
      lastPage: Number(bytes.readBigUInt64LE(144)),
      txn: bytes.readBigUInt64LE(152),
      trees: [48, 96].map((tree) => ({
        depth: bytes.readUInt16LE(tree + 6),
        leafPages: Number(bytes.readBigUInt64LE(tree + 16)),
        root: bytes.readBigUInt64LE(tree + 40),
      })),
    });
  }
  const [first, second] = metas as [Meta, Meta];
  return first.txn >= second.txn ? first : second;
}

function checkTree(walk: Walk, tree: Tree, withLeaves: boolean): string | null {
  const deepest = withLeaves ? tree.depth : tree.depth - 1;
  const todo = [{ number: Number(tree.root), depth: 1 }];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const { number, depth } = next;
    if (depth > deepest) continue;
    const children: number[] = [];
    const problem = checkPage(walk, number, depth === tree.depth ? LEAF : BRANCH, children);
    if (problem !== null) return `page ${number}: ${problem}`;
    for (const child of children) todo.push({ number: child, depth: depth + 1 });
  }
  return null;
}

/** Gathers the children of a branch page. */
function checkPage(walk: Walk, number: number, kind: number, children: number[]): string | null {
  const { descriptor, page, seen, meta } = walk;
  if (number < 2 || number > meta.lastPage || seen.has(number)) return "it is wrongly referred to";
  seen.add(number);
  if (readSync(descriptor, page, 0, page.length, number * page.length) !== page.length)
    return "the file ends before it";
  if (Number(page.readBigUInt64LE(0)) !== number || (page.readUInt16LE(18) & KINDS) !== kind) return "it holds garbage";
  const [lower, upper] = [page.readUInt16LE(20), page.readUInt16LE(22)];
  if (lower % 2 !== 0 || lower > upper || HEADER_BYTES + upper > page.length) return "its bounds are garbled";
  for (let at = HEADER_BYTES; at < HEADER_BYTES + lower; at += 2) {
    const node = HEADER_BYTES + page.readUInt16LE(at);
    const fits = node >= HEADER_BYTES + upper && node + NODE_BYTES <= page.length;
    if (!fits || node + NODE_BYTES + page.readUInt16LE(node + 6) > page.length) return "its entries are garbled";
    const problem = kind === LEAF ? checkLeafNode(walk, node) : null;
    if (problem !== null) return problem;
    if (kind === BRANCH) children.push(page.readUInt32LE(node) + page.readUInt16LE(node + 4) * 2 ** 32);
  }
  return null;
}

function checkLeafNode({ page, sizeBytes, meta }: Walk, node: number): string | null {
  const value = node + NODE_BYTES + page.readUInt16LE(node + 6);
  const valueBytes = page.readUInt32LE(node);
  if ((page.readUInt16LE(node + 4) & BIG_DATA) === 0)
    return value + valueBytes <= page.length ? null : "an entry reaches beyond it";
  if (value + 24 > page.length) return "an entry reaches beyond it";
  const first = Number(page.readBigUInt64LE(value));
  const pages = Number(page.readBigUInt64LE(value + 16));
  if (first < 2 || first + pages - 1 > meta.lastPage || HEADER_BYTES + valueBytes > pages * page.length)
    return "a large value is wrongly referred to";
  return (first + pages) * page.length <= sizeBytes ? null : "the file ends before a large value that it refers to";
}
