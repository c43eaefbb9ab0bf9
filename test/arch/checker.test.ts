import { describe, expect, it } from "vitest";
import { rules } from "./check.ts";
import { createSourceTree } from "./source-tree.ts";

/** A small tree that breaks no rule. */
const sound: Readonly<Record<string, string>> = {
  "package.json": JSON.stringify({
    imports: {
      "#base": "./src/base/index.ts",
      "#crypto": "./src/crypto/index.ts",
      "#chain": "./src/chain/index.ts",
      "#crypto/platform": { node: "./src/crypto/platform/node.ts", default: "./src/crypto/platform/browser.ts" },
    },
  }),
  "src/base/index.ts": 'export { size } from "./size.ts";',
  "src/base/size.ts": "export const size = 1;",
  "src/crypto/index.ts": 'export { hash } from "./hash.ts";',
  "src/crypto/hash.ts":
    'import { size } from "#base";\nimport { raw } from "#crypto/platform";\nexport const hash = size + raw;',
  "src/crypto/platform/node.ts": 'import { randomInt } from "node:crypto";\nexport const raw = randomInt(2);',
  "src/crypto/platform/browser.ts": "export const raw = 2;",
  "src/chain/index.ts": 'export { height } from "./height.ts";',
  "src/chain/height.ts":
    'import type { Hash } from "#crypto";\nexport const height = (hash: Hash) => refuse(blameSender("bad-height"), hash);',
  "src/chain/height.test.ts":
    'import { height } from "./height.ts";\nimport { tempDir } from "../../test/support/temp.ts";\nexpect(height(tempDir())).toBe("bad-height");',
  "web/app/page.tsx": 'import { hash } from "#crypto";\nexport const Page = () => <p>{hash}</p>;',
  "test/support/temp.ts": "export const tempDir = () => process.cwd();",
  "docs/spec/faults.md":
    "| code | blame | meaning |\n|---|---|---|\n| `bad-height` | sender | The height is wrong. |\n",
};

function check(changes: Readonly<Record<string, string>>): string[] {
  const tree = createSourceTree({ ...sound, ...changes });
  return Object.values(rules).flatMap((rule) => rule(tree).map(({ at, what }) => `${at}: ${what}`));
}

const long = (lines: number): string => "  work();\n".repeat(lines);

/** What is broken, the changed files, and a complaint that must come. */
const breaches: readonly (readonly [string, Readonly<Record<string, string>>, string | RegExp])[] = [
  [
    "a forbidden edge",
    { "src/base/size.ts": 'import { hash } from "#crypto";\nexport const size = hash;' },
    /base may not import #crypto/,
  ],
  [
    "a question for the engine's name",
    {
      "src/chain/height.ts":
        'export const height = (engine: E) => (engine.kind === "pow" ? 1 : refuse(blameSender("bad-height")));',
    },
    /asks for an engine by name/,
  ],
  [
    "a forbidden edge for a type",
    { "src/crypto/hash.ts": 'import type { H } from "#chain";\nexport const hash: H = 1;' },
    /crypto may not import #chain/,
  ],
  [
    "a forbidden edge for an inline type",
    { "src/crypto/hash.ts": 'export const hash = (): import("#chain").H => 1;' },
    /crypto may not import #chain/,
  ],
  [
    "a forbidden edge by a dynamic import",
    { "src/crypto/hash.ts": 'export const hash = import("#chain");' },
    /crypto may not import #chain/,
  ],
  [
    "a forbidden edge by a re-export",
    { "src/crypto/index.ts": 'export * from "#chain";' },
    /crypto may not import #chain/,
  ],
  [
    "a page that imports a Node folder",
    { "web/app/page.tsx": 'import { height } from "#chain";\nexport const Page = height;' },
    "web/app/page.tsx:1: web may not import #chain",
  ],
  [
    "an unknown door",
    { "src/chain/height.ts": 'import { x } from "#misc";\nexport const height = blameSender("bad-height", x);' },
    "src/chain/height.ts:1: #misc is not a door",
  ],
  [
    "a folder without a layer",
    { "src/misc/x.ts": 'import { size } from "#base";\nexport const x = size;' },
    "src/misc/x.ts:1: src/misc is not in the layer table",
  ],
  [
    "a path to another folder",
    { "src/chain/other.ts": 'import { size } from "../base/size.ts";\nexport const other = size;' },
    /by its door, not by the path src\/base\/size.ts/,
  ],
  [
    "a path to another folder from a test",
    { "src/chain/height.test.ts": 'import { size } from "../base/size.ts";\nexpect(size).toBe("bad-height");' },
    /by its door/,
  ],
  [
    "a deep import",
    { "src/chain/other.ts": 'import { hash } from "#crypto/hash";\nexport const other = hash;' },
    "src/chain/other.ts:1: #crypto/hash is not a door",
  ],
  [
    "a worker in another folder",
    { "src/chain/other.ts": 'export const other = () => new URL("../base/size.ts", import.meta.url);' },
    /by its door/,
  ],
  [
    "a deep import from test",
    { "test/sim/a.test.ts": 'import { height } from "../../src/chain/height.ts";' },
    /by its door/,
  ],
  [
    "the own door",
    { "src/chain/other.ts": 'import { height } from "#chain";\nexport const other = height;' },
    /does not import its own index \(#chain\)/,
  ],
  [
    "the own index",
    { "src/chain/other.ts": 'import { height } from "./index.ts";\nexport const other = height;' },
    /does not import its own index \(src\/chain\/index.ts\)/,
  ],
  [
    "the own index from below",
    { "src/chain/sub/other.ts": 'import { height } from "../index.ts";\nexport const other = height;' },
    /does not import its own index/,
  ],
  [
    "a path out of the project",
    { "src/chain/other.ts": 'import { x } from "../../../x.ts";\nexport const other = x;' },
    /outside the project/,
  ],
  [
    "a hidden library",
    { "src/chain/other.ts": 'import { open } from "lmdb";\nexport const other = open;' },
    "src/chain/other.ts:1: lmdb belongs behind src/storage/",
  ],
  [
    "an index that does something",
    { "src/base/index.ts": 'export { size } from "./size.ts";\nexport const one = 1;' },
    "src/base/index.ts: an index only re-exports",
  ],
  [
    "a folder without a door",
    { "src/model/x.ts": "export const x = 1;" },
    "package.json: #model is missing from the imports map",
  ],
  [
    "a cycle of two",
    {
      "src/chain/a.ts": 'import { b } from "./b.ts";\nexport const a = b;',
      "src/chain/b.ts": 'import { a } from "./a.ts";\nexport const b = a;',
    },
    "src/chain/a.ts: src/chain/a.ts → src/chain/b.ts → src/chain/a.ts",
  ],
  [
    "a cycle of types",
    {
      "src/chain/a.ts": 'import type { B } from "./b.ts";\nexport type A = B;',
      "src/chain/b.ts": 'export type B = import("./a.ts").A;',
    },
    /src\/chain\/a.ts → src\/chain\/b.ts → src\/chain\/a.ts/,
  ],
  [
    "a built-in in browser-safe code",
    { "src/base/size.ts": 'import { cpus } from "node:os";\nexport const size = cpus();' },
    "src/base/size.ts:1: imports node:os",
  ],
  [
    "a Node global in browser-safe code",
    { "src/base/size.ts": "export const size = Buffer.alloc(1);" },
    "src/base/size.ts:1: uses Node's Buffer",
  ],
  [
    "process in a page",
    { "web/app/page.tsx": "export const Page = process.env;" },
    "web/app/page.tsx:1: uses Node's process",
  ],
  [
    "a Node file from browser-safe code",
    { "src/crypto/index.ts": 'export { raw } from "./platform/node.ts";' },
    "src/crypto/index.ts:1: imports src/crypto/platform/node.ts",
  ],
  [
    "a native library in browser-safe code",
    { "src/crypto/hash.ts": 'import { x } from "sodium-native";\nexport const hash = x;' },
    "src/crypto/hash.ts:1: imports sodium-native",
  ],
  [
    "a long file",
    { "src/base/size.ts": "export const size = 1;\n".repeat(401) },
    "src/base/size.ts: 401 lines, more than 400",
  ],
  [
    "a long function",
    { "src/base/size.ts": `export function size() {\n${long(59)}}` },
    "src/base/size.ts:1: size has 61 lines, 61 of its own",
  ],
  [
    "the clock",
    { "src/chain/other.ts": "export const other = () => Date.now();" },
    "src/chain/other.ts:1: uses Date.now",
  ],
  [
    "a date of now",
    { "src/chain/other.ts": "export const other = () => new Date();" },
    "src/chain/other.ts:1: uses new Date()",
  ],
  ["chance", { "src/chain/other.ts": "export const other = Math.random;" }, "src/chain/other.ts:1: uses Math.random"],
  [
    "a timer",
    { "src/chain/other.ts": "export const other = () => setTimeout(() => {}, 1);" },
    "src/chain/other.ts:1: uses setTimeout()",
  ],
  [
    "a global timer",
    { "src/chain/other.ts": "export const other = () => globalThis.setInterval(() => {}, 1);" },
    "src/chain/other.ts:1: uses setInterval()",
  ],
  [
    "the network",
    { "src/chain/other.ts": 'export const other = () => fetch("/");' },
    "src/chain/other.ts:1: uses fetch()",
  ],
  ["any", { "src/chain/other.ts": "export const other = (x: any) => x;" }, "src/chain/other.ts:1: any"],
  ["mutable module state", { "src/chain/other.ts": "export let other = 1;" }, "src/chain/other.ts:1: module-level let"],
  ["a default export", { "src/chain/other.ts": "export default 1;" }, "src/chain/other.ts:1: default export"],
  [
    "a silenced type checker",
    { "src/chain/other.ts": `// @ts-${"ignore"}\nexport const other = 1;` },
    /src\/chain\/other.ts:1: @ts-/,
  ],
  [
    "a silenced linter",
    { "src/chain/other.ts": `// biome-${"ignore"} lint: no\nexport const other = 1;` },
    /src\/chain\/other.ts:1: biome-/,
  ],
  ["data outside the repository", { "README.md": `See ${"../"}shared/data.` }, /README.md: names/],
  ["an undocumented fault", { "docs/spec/faults.md": "" }, /fault code bad-height is not in docs\/spec\/faults.md/],
  ["an untested fault", { "src/chain/height.test.ts": "" }, /fault code bad-height is in no test/],
  [
    "a documented fault that nothing makes",
    { "docs/spec/faults.md": `${sound["docs/spec/faults.md"]}| \`gone\` | nobody | No more. |\n` },
    "docs/spec/faults.md: nothing makes the fault code gone",
  ],
  [
    "an undocumented fault behind a function",
    {
      "src/chain/other.ts":
        'const no = (x: number, code: string) => [x, blameNobody(code)];\nexport const other = () => no(1, "other-bad");',
    },
    "src/chain/other.ts:2: fault code other-bad is not in docs/spec/faults.md",
  ],
  [
    "an undocumented fault behind a method",
    {
      "src/chain/reader.ts": "export const reader = () => ({ no(code: string) { return blameNobody(code); } });",
      "src/chain/other.ts":
        'import { reader } from "./reader.ts";\nexport const other = () => reader().no("other-bad");',
    },
    "src/chain/other.ts:2: fault code other-bad is not in docs/spec/faults.md",
  ],
  [
    "an undocumented fault written as an object",
    { "src/chain/other.ts": 'export const other = { code: "other-bad", blame: "sender" };' },
    "src/chain/other.ts:1: fault code other-bad is not in docs/spec/faults.md",
  ],
  [
    "a fault without a written code",
    { "src/chain/other.ts": "export const other = blameNobody(`bad-$" + "{1}`);" },
    "src/chain/other.ts:1: the fault code is not written out",
  ],
  [
    "a long factory",
    { "src/base/size.ts": `export function size() {\n  return { a() {\n${long(79)}}, b: () => {\n${long(79)}} };\n}` },
    "src/base/size.ts:1: size has 163 lines, 1 of its own",
  ],
  [
    "a fault with another blame than documented",
    { "src/chain/other.ts": 'export const other = blameNobody("bad-height");' },
    "docs/spec/faults.md: bad-height blames: nobody, sender",
  ],
  [
    "product code that uses what is for tests",
    {
      "src/chain/testing/fixture.ts": "export const fixture = 1;",
      "src/chain/other.ts": 'import { fixture } from "./testing/fixture.ts";\nexport const other = fixture;',
    },
    "src/chain/other.ts:1: src/chain/testing/fixture.ts is for tests",
  ],
  [
    "a verifier that knows the code",
    { "test/verifier/main.ts": 'import { hash } from "#crypto";\nexport const main = hash;' },
    "test/verifier/main.ts:1: test/verifier may not import #crypto",
  ],
  [
    "a rule that is not written",
    {
      "src/base/size.ts": "/** At most one (rule BASE-2). */\nexport const size = 1;",
      "docs/spec/base.md": "## BASE-1 — Size\n",
    },
    "src/base/size.ts:1: BASE-2 is not in docs/spec",
  ],
  [
    "a rule of an unknown subject",
    { "src/base/size.ts": "export const size = 1;\n// After rules SIZE-1 and SIZE-2." },
    "src/base/size.ts:2: SIZE-1 is not in docs/spec",
  ],
  [
    "a rule in the documents that is not written",
    { "docs/spec/base.md": "## BASE-1 — Size\n\nSee BASE-3 and SHA-256.\n" },
    "docs/spec/base.md:3: BASE-3 is not in docs/spec",
  ],
  [
    "a number that is left out",
    { "docs/spec/base.md": "## BASE-1 — Size\n\n## BASE-3 — Form\n" },
    "docs/spec: the rules of BASE go 1, 3",
  ],
  [
    "a number that stands twice",
    { "docs/spec/base.md": "## BASE-1 — Size\n", "docs/spec/other.md": "## BASE-1 — Form\n" },
    "docs/spec: the rules of BASE go 1, 1",
  ],
  [
    "a verifier that uses a library",
    { "test/verifier/main.ts": 'import { sha256 } from "@noble/hashes/sha2.js";\nexport const main = sha256;' },
    "test/verifier/main.ts:1: test/verifier may not import @noble/hashes/sha2.js",
  ],
  [
    "a verifier that knows the code by way of its tests",
    {
      "test/verifier/testing/chain.ts": 'import { hash } from "#crypto";\nexport const chain = hash;',
      "test/verifier/main.ts": 'import { chain } from "./testing/chain.ts";\nexport const main = chain;',
    },
    "test/verifier/main.ts:1: test/verifier may not import test/verifier/testing/chain.ts",
  ],
];

describe("the checker", () => {
  it("is content with a sound tree", () => {
    expect(check({})).toEqual([]);
  });

  it.each(breaches)("complains about %s", (_name, changes, complaint) => {
    const complaints = check(changes);
    expect(complaints).toContainEqual(typeof complaint === "string" ? complaint : expect.stringMatching(complaint));
  });

  it("lets tests, workers, methods and own names be", () => {
    const permitted = {
      "src/chain/other.ts":
        "export const other = (setTimeout: () => void, store: Store) => [setTimeout(), store.fetch(), new Date(1)];",
      "src/chain/pool.ts": 'export const pool = () => new Worker(new URL("./worker.ts", import.meta.url));',
      "src/chain/worker.ts": 'import { pool } from "./pool.ts";\nexport const worker = pool;',
      "src/chain/other.test.ts": "export const other = () => setTimeout(() => Date.now(), Math.random());",
      "src/base/buffer.ts": "export const read = (process: { Buffer: number }) => ({ Buffer: process.Buffer });",
      "vitest.config.ts": "export default {};",
      "src/base/factory.ts": `export function createX() {\n  return { a() {\n${long(55)}}, b: () => {\n${long(55)}} };\n}`,
      "test/verifier/testing/chain.ts": 'import { hash } from "#crypto";\nexport const chain = hash;',
      "src/chain/testing/clock.ts": "export const clock = () => Date.now();",
      "src/chain/clock.test.ts": 'import { clock } from "./testing/clock.ts";\nlet now = clock();',
      "src/base/blame.ts": "export const blame = (fault: Fault) => blameSender(fault.code);",
    };
    expect(check(permitted)).toEqual([]);
  });

  it("refuses text that does not parse", () => {
    expect(() => check({ "src/base/size.ts": "export const = 1" })).toThrow("src/base/size.ts");
  });
});
