/** Rules that the code and the pages cite stand in docs/spec, each once and numbered without gaps. */
import type { SourceTree } from "../source-tree.ts";
import type { Rule, Violation } from "../violation.ts";

const heading = /^## ([A-Z]+)-(\d+) — /gm;
const citation = /\b([A-Z]+)-(\d+)\b/g;
/** Names its rule even if no page has rules of this subject. */
const plainCitation = /\brules? ([A-Z]+)-(\d+)\b/g;

export const checkCitations: Rule = (tree) => {
  const written = writtenRules(tree);
  const isWritten = (subject: string, no: string): boolean => written.get(subject)?.has(Number(no)) === true;
  // The checker's own tests cite what is not written.
  const cited = [...tree.texts].filter(
    ([path]) => /^(src|web|test|scripts)\/.*\.tsx?$|\.md$/.test(path) && !path.startsWith("test/arch/"),
  );
  const missing = cited.flatMap(([path, text]) => {
    const found = [
      ...[...text.matchAll(citation)].filter(([, subject]) => written.has(subject!)),
      ...[...text.matchAll(plainCitation)].filter(([, subject]) => !written.has(subject!)),
    ];
    return found.flatMap((match): Violation[] => {
      const [subject, no] = [match[1]!, match[2]!];
      if (isWritten(subject, no)) return [];
      const line = text.slice(0, match.index).split("\n").length;
      return [{ rule: "citation", at: `${path}:${line}`, what: `${subject}-${no} is not in docs/spec` }];
    });
  });
  return [...missing, ...checkNumbers(tree)];
};

function writtenRules(tree: SourceTree): ReadonlyMap<string, ReadonlySet<number>> {
  const rules = new Map<string, Set<number>>();
  for (const [subject, no] of headings(tree)) rules.set(subject, (rules.get(subject) ?? new Set()).add(no));
  return rules;
}

/** Each number once, and none left out. */
function checkNumbers(tree: SourceTree): Violation[] {
  const counts = new Map<string, number[]>();
  for (const [subject, no] of headings(tree)) counts.set(subject, [...(counts.get(subject) ?? []), no]);
  return [...counts].flatMap(([subject, numbers]): Violation[] => {
    const sorted = numbers.toSorted((a, b) => a - b);
    const wrong = sorted.findIndex((no, i) => no !== i + 1);
    const what = `the rules of ${subject} go ${sorted.slice(0, wrong + 1).join(", ")}`;
    return wrong < 0 ? [] : [{ rule: "citation", at: "docs/spec", what }];
  });
}

function headings(tree: SourceTree): [subject: string, no: number][] {
  return [...tree.texts]
    .filter(([path]) => path.startsWith("docs/spec/"))
    .flatMap(([, text]) => [...text.matchAll(heading)].map((match): [string, number] => [match[1]!, Number(match[2])]));
}
