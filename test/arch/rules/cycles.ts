/** No file reaches itself over imports; imports of types count. */
import { targetOf } from "../modules.ts";
import type { SourceTree } from "../source-tree.ts";
import type { Rule } from "../violation.ts";

export const checkCycles: Rule = (tree) =>
  findCycles(importGraph(tree)).map((cycle) => ({
    rule: "cycle",
    at: cycle[0]!,
    what: [...cycle, cycle[0]].join(" → "),
  }));

type Graph = ReadonlyMap<string, readonly string[]>;

function importGraph(tree: SourceTree): Graph {
  return new Map(
    [...tree.files.values()].map((file) => {
      const targets = file.imports.flatMap((edge) => {
        if (!edge.loads) return [];
        const target = targetOf(file, edge);
        return target.kind === "door" ? target.files : target.kind === "file" ? [target.path] : [];
      });
      return [file.path, [...new Set(targets)].filter((path) => tree.files.has(path))];
    }),
  );
}

/** One cycle for each back edge of a depth-first walk: none exactly when the graph has no cycle. */
function findCycles(graph: Graph): string[][] {
  const cycles: string[][] = [];
  const finished = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    const at = path.indexOf(file);
    if (at >= 0) cycles.push(path.slice(at));
    if (at >= 0 || finished.has(file)) return;
    path.push(file);
    for (const next of graph.get(file) ?? []) visit(next);
    path.pop();
    finished.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return cycles;
}
