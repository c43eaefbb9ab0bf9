/** What browsers compile as well uses nothing of Node, neither by itself nor through what it imports. */
import { isBrowserSafe, type Target, targetOf } from "../modules.ts";
import type { SourceTree } from "../source-tree.ts";
import type { Rule } from "../violation.ts";

const nodeGlobals = new Set(["process", "Buffer", "require", "global", "__dirname", "__filename", "setImmediate"]);
const nodePackages = new Set([
  "sodium-native",
  "@chainsafe/hashtree",
  "lmdb",
  "pino",
  "prom-client",
  "fastify",
  "libp2p",
]);

export const checkBrowserSafety: Rule = (tree) =>
  [...tree.files.values()]
    .filter((file) => isBrowserSafe(file.path))
    .flatMap((file) => [
      ...file.imports.flatMap((edge) => {
        const what = nodeOnly(tree, targetOf(file, edge));
        return what === null ? [] : [{ rule: "browser", at: `${file.path}:${edge.line}`, what: `imports ${what}` }];
      }),
      ...file.globals
        .filter(({ name }) => nodeGlobals.has(name))
        .map(({ name, line }) => ({ rule: "browser", at: `${file.path}:${line}`, what: `uses Node's ${name}` })),
    ]);

function nodeOnly(tree: SourceTree, target: Target): string | null {
  switch (target.kind) {
    case "node":
      return target.name;
    case "package":
      return nodePackages.has(target.name) ? target.name : null;
    case "file":
      return tree.files.has(target.path) && !isBrowserSafe(target.path) ? target.path : null;
    case "door":
      return target.files.some(isBrowserSafe) ? null : `#${target.name}`;
  }
}
