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
  const written = new Set(documentedCodes(tree.texts.get(document) ?? ""));
  const tests = [...tree.files.values()].filter((file) => file.isTest).map((file) => file.text);
  const violation = (at: string, what: string): Violation => ({ rule: "fault", at, what });
  const unwritten = [...used].flatMap(([code, at]) => [
    ...(written.has(code) ? [] : [violation(at, `fault code ${code} is not in ${document}`)]),
    ...(tests.some((text) => namesCode(text, code)) ? [] : [violation(at, `fault code ${code} is in no test`)]),
  ]);
  const unused = [...written].filter((code) => !used.has(code));
  return [
    ...checkUnnamed(tree),
    ...unwritten,
    ...unused.map((code) => violation(document, `nothing makes the fault code ${code}`)),
  ];
};

/** Fault codes made under `src`, each with a place that makes it. */
export function faultCodesOf(tree: SourceTree): Map<string, string> {
  const codes = new Map<string, string>();
  const made = makers(tree);
  for (const file of made) {
    for (const fault of file.faults) {
      if (fault.code !== null) codes.set(fault.code, `${file.path}:${fault.line}`);
      if (fault.passedOnBy === null) continue;
      const { name, position } = fault.passedOnBy;
      for (const other of made.filter(({ path }) => topFolder(path) === topFolder(file.path))) {
        for (const call of other.calls) {
          const code = call.texts[position];
          const reaches = call.callee === name && (other === file || call.isMethod);
          if (reaches && code != null && codeShape.test(code)) codes.set(code, `${other.path}:${call.line}`);
        }
      }
    }
  }
  return codes;
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

/** The first column of the table: `| \`code\` | blame | meaning |`. */
function documentedCodes(text: string): string[] {
  return [...text.matchAll(/^\|\s*`([^`]+)`\s*\|/gm)].map((match) => match[1]!);
}

function namesCode(text: string, code: string): boolean {
  return text.includes(`"${code}"`) || text.includes(`'${code}'`);
}
