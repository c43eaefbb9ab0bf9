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
const META = 0x08;
/** Of a leaf node whose value is {first page u64, txn u64, pages u64}. */
const REFERENCE_BYTES = 24;
/** The flag of such a node. */
const BIG_DATA = 0x01;
/** The only flag that either tree of ours has, the one of free pages. */
const INTEGER_KEY = 0x08;
/** What a process can address. */
const MAX_MAP_BYTES = 2n ** 46n;
/** No transaction of ours frees so much as it goes. */
const MAX_MISSING_BYTES = 2 ** 30;
const NO_PAGE = 0xffff_ffff_ffff_ffffn;

export interface FileCheck {
  /** What is wrong, in words; null when nothing was found. */
  readonly problem: string | null;
  /** Pages looked at. */
  readonly pages: number;
  /** Something is wrong, and a transaction was written meanwhile: its pages may be what looks wrong. */
  readonly isOvertaken?: boolean;
}

interface Tree {
  readonly depth: number;
  readonly leafPages: number;
  readonly entries: number;
  readonly root: bigint;
}

interface Meta {
  readonly pageBytes: number;
  readonly lastPage: number;
  readonly txn: bigint;
  /** The free pages, and the data. */
  readonly trees: readonly [Tree, Tree];
}

interface Walk {
  readonly descriptor: number;
  readonly sizeBytes: number;
  readonly meta: Meta;
  /** One for all pages, filled anew for each. */
  readonly page: Buffer;
  /** A bit for each page that something refers to: nothing is referred to twice. */
  readonly used: Uint8Array;
  pages: number;
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
    const missingBytes = (meta.lastPage + 1) * meta.pageBytes - sizeBytes;
    if (missingBytes > MAX_MISSING_BYTES) return { problem: "it is far shorter than it says", pages: 0 };
    const short = missingBytes > 0;
    const used = new Uint8Array((meta.lastPage >>> 3) + 1);
    const walk = { descriptor, sizeBytes, meta, page: Buffer.alloc(meta.pageBytes), used, pages: 0 };
    const [free, data] = meta.trees.map((tree) => ({ ...tree, whole: short || tree.leafPages <= maxLeafPages }));
    const problem = checkTree(walk, free!, free!.whole) ?? checkTree(walk, data!, data!.whole);
    if (problem === null) return { problem, pages: walk.pages };
    // Pages that this transaction has are given away only two later.
    const now = readMeta(descriptor);
    return { problem, pages: walk.pages, isOvertaken: typeof now === "string" || now.txn !== meta.txn };
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
    // Flags beyond these would have LMDB do things that were never asked for, such as decrypt.
    const flags = [bytes.readUInt16LE(52), bytes.readUInt32LE(96), bytes.readUInt16LE(100), bytes.readUInt32LE(28)];
    if (flags.join() !== [INTEGER_KEY, 0, 0, DATA_VERSION].join()) return "its flags are wrong";
    if (bytes.readBigUInt64LE(32) !== 0n || bytes.readBigUInt64LE(40) > MAX_MAP_BYTES) return "its map is wrong";
    metas.push({
      pageBytes,
      lastPage: Number(bytes.readBigUInt64LE(144)),
      txn: bytes.readBigUInt64LE(152),
      trees: [readTree(bytes, 48), readTree(bytes, 96)],
    });
  }
  const [first, second] = metas as [Meta, Meta];
  return first.txn >= second.txn ? first : second;
}

function readTree(bytes: Buffer, at: number): Tree {
  return {
    depth: bytes.readUInt16LE(at + 6),
    leafPages: Number(bytes.readBigUInt64LE(at + 16)),
    entries: Number(bytes.readBigUInt64LE(at + 32)),
    root: bytes.readBigUInt64LE(at + 40),
  };
}

function checkTree(walk: Walk, tree: Tree, withLeaves: boolean): string | null {
  if (tree.root === NO_PAGE) return tree.entries === 0 ? null : "its root is missing";
  const deepest = withLeaves ? tree.depth : tree.depth - 1;
  const todo = [{ number: Number(tree.root), depth: 1 }];
  let entries = 0;
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    const { number, depth } = next;
    if (depth > deepest) continue;
    const children: number[] = [];
    const problem = checkPage(walk, number, depth === tree.depth ? LEAF : BRANCH, children);
    if (problem !== null) return `page ${number}: ${problem}`;
    for (const child of children) todo.push({ number: child, depth: depth + 1 });
    if (depth === tree.depth) entries += entriesOf(walk.page);
  }
  return withLeaves && entries !== tree.entries ? `it holds ${entries} entries, not ${tree.entries}` : null;
}

/** Reads the page into `walk.page`; gathers the children of a branch page. */
function checkPage(walk: Walk, number: number, kind: number, children: number[]): string | null {
  const { descriptor, page, meta } = walk;
  if (!markUsed(walk, number, 1)) return "it is wrongly referred to";
  walk.pages++;
  if (readSync(descriptor, page, 0, page.length, number * page.length) !== page.length)
    return "the file ends before it";
  if (Number(page.readBigUInt64LE(0)) !== number || page.readUInt16LE(18) !== kind) return "it holds garbage";
  // A page of the future would be taken for one in memory that may be written to and freed.
  if (page.readBigUInt64LE(8) > meta.txn) return "it holds garbage";
  const [lower, upper] = [page.readUInt16LE(20), page.readUInt16LE(22)];
  if (lower % 2 !== 0 || lower > upper || HEADER_BYTES + upper > page.length) return "its bounds are garbled";
  if (entriesOf(page) < (kind === BRANCH ? 2 : 1)) return "it has too few entries";
  let taken = 0;
  for (let at = HEADER_BYTES; at < HEADER_BYTES + lower; at += 2) {
    const node = HEADER_BYTES + page.readUInt16LE(at);
    if (node < HEADER_BYTES + upper || node + NODE_BYTES > page.length) return "its entries are garbled";
    const size = kind === LEAF ? checkLeafNode(walk, node) : branchNodeBytes(page, node);
    if (typeof size === "string") return size;
    if (node + size > page.length) return "its entries are garbled";
    // Nodes are of even length.
    taken += size + (size % 2);
    if (kind === BRANCH) children.push(page.readUInt32LE(node) + page.readUInt16LE(node + 4) * 2 ** 32);
  }
  return HEADER_BYTES + upper + taken === page.length ? null : "its entries are garbled";
}

function entriesOf(page: Buffer): number {
  return page.readUInt16LE(20) / 2;
}

function branchNodeBytes(page: Buffer, node: number): number {
  return NODE_BYTES + page.readUInt16LE(node + 6);
}

/** Bytes the node takes in its page, or what is wrong with a large value that it refers to. */
function checkLeafNode(walk: Walk, node: number): number | string {
  const { page, sizeBytes } = walk;
  const keyed = branchNodeBytes(page, node);
  const valueBytes = page.readUInt32LE(node);
  const flags = page.readUInt16LE(node + 4);
  if (flags === 0) return keyed + valueBytes;
  if (flags !== BIG_DATA || node + keyed + REFERENCE_BYTES > page.length) return "its entries are garbled";
  const first = Number(page.readBigUInt64LE(node + keyed));
  const pages = Number(page.readBigUInt64LE(node + keyed + 16));
  if (HEADER_BYTES + valueBytes > pages * page.length || !markUsed(walk, first, pages))
    return "a large value is wrongly referred to";
  if ((first + pages) * page.length > sizeBytes) return "the file ends before a large value that it refers to";
  return keyed + REFERENCE_BYTES;
}

/** False if they cannot be, or something refers to one of them already. */
function markUsed({ used, meta }: Walk, first: number, count: number): boolean {
  if (first < 2 || first + count - 1 > meta.lastPage) return false;
  for (let page = first; page < first + count; page++) {
    const bit = 1 << (page & 7);
    if ((used[page >>> 3]! & bit) !== 0) return false;
    used[page >>> 3]! |= bit;
  }
  return true;
}
