/**
 * Writes the search for a nonce as AssemblyScript: SHA-256 twice over 80 bytes, four nonces at once, nothing looped. Values
 * are followed by what they depend on. Of what is the same for each nonce of a job, `prepare` makes a table once; what is
 * the same always is folded here; and what the last word of the digest does not need is left out.
 */

/** Where the host writes, as 32-bit words: midstate (8), the last 3 known words of the header, top word of the target. */
export const INPUT_AT = 32_768;

type Bits = "xor" | "and";
/** A word that is known now, one that is known per job, or four that differ. */
type Value =
  | { readonly kind: "literal"; readonly value: number }
  | { readonly kind: "job"; readonly name: string }
  | { readonly kind: "lanes"; readonly name: string };
/** Added up only when somebody needs the sum. */
type Sum = readonly Value[];

interface Line {
  readonly name: string;
  readonly kind: "job" | "lanes";
  readonly text: string;
  /** What it is made of. */
  readonly from: readonly Value[];
}

const INITIAL = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
] as const;
const PADDING = 0x80000000;

/** Of SHA-256 (FIPS 180-4): first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const ROUND_CONSTANTS = [...roundConstants()];

export function kernelSource(): string {
  const lines: Line[] = [];
  const arithmetic = createArithmetic(lines);
  const input = (at: number): Value => define(lines, "job", `load<u32>(${INPUT_AT + 4 * at})`, []);
  const midstate = Array.from({ length: 8 }, (_, i) => input(i));
  const nonce: Value = { kind: "lanes", name: "nonce" };
  const header = [input(8), input(9), input(10), nonce, ...literals(PADDING, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 640)];
  const first = compress(arithmetic, midstate, header, 64);
  const digest = first.map((sum, i) => arithmetic.total([...sum, midstate[i]!]));
  const second = compress(
    arithmetic,
    literals(...INITIAL),
    [...digest, ...literals(PADDING, 0, 0, 0, 0, 0, 0, 256)],
    // The last word of the digest is e after 61 rounds, three rounds before it becomes h.
    61,
  );
  const last = arithmetic.total([...second[4]!, ...literals(INITIAL[7])]);
  return writeModule(lines, last);
}

/** @returns a … h after so many rounds, not yet added to where they began */
function compress(to: Arithmetic, from: readonly Value[], block: readonly Value[], rounds: number): Sum[] {
  const words = block.map((value): Sum => [value]);
  let [a, b, c, d, e, f, g, h] = from.map((value): Sum => [value]) as [Sum, Sum, Sum, Sum, Sum, Sum, Sum, Sum];
  /** b ^ c, which was a ^ b a round before. */
  let known: Value | null = null;
  for (let t = 0; t < rounds; t++) {
    if (t >= 16)
      words[t] = [
        to.total([
          ...mixed(to, words[t - 2]!, 17, 19, 10),
          ...words[t - 7]!,
          ...mixed(to, words[t - 15]!, 7, 18, 3),
          ...words[t - 16]!,
        ]),
      ];
    const [A, B, C, E, F, G] = [a, b, c, e, f, g].map((sum) => to.total(sum)) as [
      Value,
      Value,
      Value,
      Value,
      Value,
      Value,
    ];
    const choice = to.bits("xor", G, to.bits("and", E, to.bits("xor", F, G)));
    const t1 = [to.total([to.rotations(E, 6, 11, 25), choice, ...h, ...literals(ROUND_CONSTANTS[t]!), ...words[t]!])];
    const difference = to.bits("xor", A, B);
    const majority: Value = to.bits("xor", B, to.bits("and", difference, known ?? to.bits("xor", B, C)));
    known = difference;
    [h, g, f, e, d, c, b, a] = [
      [G],
      [F],
      [E],
      [...d, ...t1],
      [C],
      [B],
      [A],
      [...t1, to.rotations(A, 2, 13, 22), majority],
    ];
  }
  return [a, b, c, d, e, f, g, h];
}

/** Two rotations and a shift, xored. */
function mixed(to: Arithmetic, word: Sum, first: number, second: number, shift: number): Sum {
  return [to.mix(to.total(word), first, second, shift)];
}

interface Arithmetic {
  total(sum: Sum): Value;
  bits(what: Bits, left: Value, right: Value): Value;
  rotations(value: Value, ...by: readonly [number, number, number]): Value;
  mix(value: Value, first: number, second: number, shift: number): Value;
}

function createArithmetic(lines: Line[]): Arithmetic {
  const operand = (value: Value): string => (value.kind === "lanes" ? value.name : `v128.load(0, ${slotMark(value)})`);
  const scalar = (value: Value): string =>
    value.kind === "literal" ? `${value.value >>> 0}` : (value as { name: string }).name;
  const lanes = (text: string, from: readonly Value[]): Value => define(lines, "lanes", text, from);
  const job = (text: string, from: readonly Value[]): Value => define(lines, "job", text, from);
  const literal = (value: number): Value => ({ kind: "literal", value: value >>> 0 });
  const isZero = (value: Value): boolean => value.kind === "literal" && value.value === 0;

  const add = (left: Value, right: Value): Value => {
    if (isZero(left)) return right;
    if (isZero(right)) return left;
    if (left.kind === "literal" && right.kind === "literal") return literal(left.value + right.value);
    if (left.kind !== "lanes" && right.kind !== "lanes")
      return job(`${scalar(left)} + ${scalar(right)}`, [left, right]);
    return lanes(`i32x4.add(${operand(left)}, ${operand(right)})`, [left, right]);
  };
  const rotate = (value: Value, terms: readonly (readonly [by: number, isShift: boolean])[]): Value => {
    if (value.kind === "literal")
      return literal(
        terms.reduce((sum, [by, isShift]) => sum ^ (isShift ? value.value >>> by : rotr(value.value, by)), 0),
      );
    if (value.kind === "job")
      return job(
        terms
          .map(([by, isShift]) => (isShift ? `(${value.name} >> ${by})` : `rotr<u32>(${value.name}, ${by})`))
          .join(" ^ "),
        [value],
      );
    const pieces = terms.flatMap(([by, isShift]) => [
      `i32x4.shr_u(${value.name}, ${by})`,
      ...(isShift ? [] : [`i32x4.shl(${value.name}, ${32 - by})`]),
    ]);
    return lanes(
      pieces.reduce((sum, piece) => `v128.xor(${sum}, ${piece})`),
      [value],
    );
  };
  return {
    total(sum) {
      // First what is the same for all lanes: it becomes one operand.
      const order = { literal: 0, job: 1, lanes: 2 };
      const sorted = sum.toSorted((left, right) => order[left.kind] - order[right.kind]);
      const fixed = sorted.filter(({ kind }) => kind !== "lanes").reduce(add, literal(0));
      return sorted.filter(({ kind }) => kind === "lanes").reduceRight(add, fixed);
    },
    bits(what, left, right) {
      if (left.kind === "literal" && right.kind === "literal")
        return literal(what === "xor" ? left.value ^ right.value : left.value & right.value);
      if (left.kind !== "lanes" && right.kind !== "lanes")
        return job(`${scalar(left)} ${what === "xor" ? "^" : "&"} ${scalar(right)}`, [left, right]);
      return lanes(`v128.${what}(${operand(left)}, ${operand(right)})`, [left, right]);
    },
    rotations: (value, ...by) =>
      rotate(
        value,
        by.map((each) => [each, false] as const),
      ),
    mix: (value, first, second, shift) =>
      rotate(value, [
        [first, false],
        [second, false],
        [shift, true],
      ]),
  };
}

function define(lines: Line[], kind: "job" | "lanes", text: string, from: readonly Value[]): Value {
  const name = `${kind === "job" ? "job" : "lanes"}${lines.length}`;
  lines.push({ name, kind, text, from });
  return { kind, name };
}

/** Stands in a line for the place in the table, which is given out once it is clear what is needed. */
function slotMark(value: Value): string {
  return value.kind === "literal" ? `@${value.value}@` : `@${(value as { name: string }).name}@`;
}

function writeModule(all: readonly Line[], last: Value): string {
  const lines = neededFor(all, last);
  const slots = new Map<string, number>();
  const body = lines
    .filter(({ kind }) => kind === "lanes")
    .map(
      ({ name, text }) =>
        `    const ${name} = ${text.replace(/@(\w+)@/g, (_, key: string) => `${placeOf(slots, key)}`)};`,
    );
  const jobLines = lines
    .filter(({ kind }) => kind === "job")
    .map(({ name, text }) => `  const ${name}: u32 = ${text};`);
  const stores = [...slots].map(([key, at]) => `  v128.store(${at}, i32x4.splat(${key}));`);
  const threshold = 16 * slots.size;
  if (threshold + 16 > INPUT_AT) throw new RangeError("the table reaches into the input");
  return `// Generated by scripts/kernel-source.ts.

/** Once for each job: what is the same for all its nonces. */
export function prepare(): void {
${jobLines.join("\n")}
${stores.join("\n")}
  v128.store(${threshold}, i32x4.splat(load<u32>(${INPUT_AT + 4 * 11})));
}

/** Four nonces a step. Returns the first step with a nonce whose hash may be low enough, or \`steps\`. */
export function search(from: u32, steps: u32): u32 {
  let count = i32x4.add(i32x4.splat(from), i32x4(0, 1, 2, 3));
  for (let step: u32 = 0; step < steps; step++) {
    const nonce = ${swapBytes("count")};
${body.join("\n")}
    const top = ${swapBytes((last as { name: string }).name)};
    if (v128.any_true(i32x4.le_u(top, v128.load(0, ${threshold})))) return step;
    count = i32x4.add(count, i32x4.splat(4));
  }
  return steps;
}
`;
}

function neededFor(all: readonly Line[], last: Value): readonly Line[] {
  const byName = new Map(all.map((line) => [line.name, line]));
  const needed = new Set<string>();
  const open = [last];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (value.kind === "literal" || needed.has(value.name)) continue;
    needed.add(value.name);
    open.push(...(byName.get(value.name)?.from ?? []));
  }
  return all.filter(({ name }) => needed.has(name));
}

function placeOf(slots: Map<string, number>, key: string): number {
  const place = slots.get(key) ?? 16 * slots.size;
  slots.set(key, place);
  return place;
}

function swapBytes(name: string): string {
  return `v128.shuffle<u8>(${name}, ${name}, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12)`;
}

function literals(...values: readonly number[]): Value[] {
  return values.map((value) => ({ kind: "literal", value }));
}

function rotr(value: number, by: number): number {
  return (value >>> by) | (value << (32 - by));
}

/** By exact integer roots. */
function* roundConstants(): Generator<number> {
  let found = 0;
  for (let n = 2n; found < 64; n++) {
    let isPrime = true;
    for (let d = 2n; d * d <= n; d++) if (n % d === 0n) isPrime = false;
    if (!isPrime) continue;
    found++;
    let root = 0n;
    for (let bit = 1n << 40n; bit > 0n; bit >>= 1n) if ((root + bit) ** 3n <= n << 96n) root += bit;
    yield Number(BigInt.asUintN(32, root));
  }
}
