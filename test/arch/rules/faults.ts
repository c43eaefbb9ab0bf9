/** Each fault code that the code makes stands in docs/spec/faults.md and in a test, and no other code stands there. */
import type { SourceTree } from "../source-tree.ts";
import type { Rule, Violation } from "../violation.ts";

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
  return [...unwritten, ...unused.map((code) => violation(document, `nothing makes the fault code ${code}`))];
};

/** Fault codes made under `src`, each with a place that makes it. */
export function faultCodesOf(tree: SourceTree): Map<string, string> {
  const made = [...tree.files.values()].filter((file) => file.path.startsWith("src/") && !file.isTest);
  const codes = made.flatMap((file) =>
    file.faults.flatMap(({ code, line }) => (code === null ? [] : [[code, `${file.path}:${line}`] as const])),
  );
  return new Map(codes);
}

/** The first column of the table: `| \`code\` | blame | meaning |`. */
function documentedCodes(text: string): string[] {
  return [...text.matchAll(/^\|\s*`([^`]+)`\s*\|/gm)].map((match) => match[1]!);
}

function namesCode(text: string, code: string): boolean {
  return text.includes(`"${code}"`) || text.includes(`'${code}'`);
}
