/** Each fault code that the code makes stands in docs/spec/faults.md and in a test, and no other code stands there. */
import { topFolder } from "../modules.ts";
import type { SourceFile } from "../source-file.ts";
import type { SourceTree } from "../source-tree.ts";
import type { Rule, Violation } from "../violation.ts";

/** What a code looks like; other text that a caller passes at the same place is none. */
const codeShape = /^[a-z][a-z0-9]*(-[a-z0-9]+)+$/;
const document = "docs/spec/faults.md";

export const checkFaults: Rule = (tree) => {
  const used = faultCodesOf(tree);
  const written = documentedFaults(tree.texts.get(document) ?? "");
  const tests = [...tree.files.values()].filter(({ path }) => /\.test\.tsx?$/.test(path)).map((file) => file.text);
  const violation = (at: string, what: string): Violation => ({ rule: "fault", at, what });
  const wrong = [...used].flatMap(([code, { at, blames }]) => {
    const blame = [...blames].sort().join(", ");
    const stated = written.get(code);
    return [
      ...(stated === undefined ? [violation(at, `fault code ${code} is not in ${document}`)] : []),
      ...(stated !== undefined && stated !== blame ? [violation(document, `${code} blames: ${blame}`)] : []),
      ...(tests.some((text) => namesCode(text, code)) ? [] : [violation(at, `fault code ${code} is in no test`)]),
    ];
  });
  const unused = [...written.keys()].filter((code) => !used.has(code));
  return [
    ...checkUnnamed(tree),
    ...wrong,
    ...unused.map((code) => violation(document, `nothing makes the fault code ${code}`)),
  ];
};

interface CodeUse {
  readonly at: string;
  readonly blames: Set<string>;
}

/** Fault codes made under `src`, each with a place that makes it and whom it blames. */
export function faultCodesOf(tree: SourceTree): ReadonlyMap<string, CodeUse> {
  const codes = new Map<string, CodeUse>();
  const add = (code: string, at: string, blame: string): void => {
    const use = codes.get(code) ?? { at, blames: new Set() };
    codes.set(code, use);
    use.blames.add(blame);
  };
  const made = makers(tree);
  for (const file of made) {
    for (const { code, blame, line, passedOnBy } of file.faults) {
      if (code !== null) add(code, `${file.path}:${line}`, blame);
      if (passedOnBy === null) continue;
      const folder = made.filter(({ path }) => topFolder(path) === topFolder(file.path));
      for (const use of folder.flatMap((other) => codesPassed(other, passedOnBy, other === file))) {
        add(use.code, use.at, blame);
      }
    }
  }
  return codes;
}

/** Codes that a file gives to a function which makes the fault; from another file only a method is recognised. */
function codesPassed(
  file: SourceFile,
  to: { name: string; position: number },
  isSame: boolean,
): { code: string; at: string }[] {
  return file.calls.flatMap((call) => {
    const code = call.texts[to.position];
    const reaches = call.callee === to.name && (isSame || call.isMethod);
    return reaches && code != null && codeShape.test(code) ? [{ code, at: `${file.path}:${call.line}` }] : [];
  });
}

/** Places that make a fault whose code neither they nor their callers write out. */
function checkUnnamed(tree: SourceTree): Violation[] {
  return makers(tree).flatMap((file) =>
    file.faults
      .filter(({ code, passedOnBy }) => code === null && passedOnBy === null)
      .map(({ line }) => ({ rule: "fault", at: `${file.path}:${line}`, what: "the fault code is not written out" })),
  );
}

function makers(tree: SourceTree): SourceFile[] {
  return [...tree.files.values()].filter(({ path, isTest }) => /^src\/(?!base\/)/.test(path) && !isTest);
}

/** The first two columns of the table: `| \`code\` | blame | meaning |`. */
function documentedFaults(text: string): ReadonlyMap<string, string> {
  const rows = text.matchAll(/^\|\s*`([^`]+)`\s*\|\s*([a-z, ]+?)\s*\|/gm);
  return new Map(Array.from(rows, (row) => [row[1]!, row[2]!]));
}

function namesCode(text: string, code: string): boolean {
  return new RegExp(`["'\`][^"'\`\\n]*(?<![a-z0-9-])${code}(?![a-z0-9-])[^"'\`\\n]*["'\`]`).test(text);
}
