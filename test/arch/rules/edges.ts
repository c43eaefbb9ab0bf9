/** Who imports whom: the layer table, the doors between folders, and the libraries that one folder hides. */
import { conditionalDoors, layers, libraryHomes, permittedPaths, webMayImport } from "../layers.ts";
import { moduleOf, type Target, targetOf, topFolder } from "../modules.ts";
import { type Import, isTestPath, type SourceFile } from "../source-file.ts";
import type { Rule, Violation } from "../violation.ts";

export const checkEdges: Rule = (tree) =>
  [...tree.files.values()].flatMap((file) =>
    file.imports.flatMap((edge) => {
      const what = checkEdge(file, edge, targetOf(file, edge));
      return what === null ? [] : [{ rule: "edge", at: `${file.path}:${edge.line}`, what }];
    }),
  );

function checkEdge(file: SourceFile, edge: Import, target: Target): string | null {
  if (file.path.startsWith("test/verifier/") && !file.isTest) return checkVerifierEdge(target);
  switch (target.kind) {
    case "door":
      return checkDoor(file, target.name, target.files);
    case "file":
      return checkPath(file, target.path);
    case "package":
      return checkLibrary(file, target.name);
    case "node":
      return edge.specifier.startsWith("node:") ? null : `write node:${edge.specifier}`;
  }
}

function checkDoor(file: SourceFile, name: string, files: readonly string[]): string | null {
  const owner = moduleOf(file.path);
  if (layers[name] === undefined && conditionalDoors[name] === undefined) return `#${name} is not a door`;
  if (files.includes(file.path)) return `${file.path} imports itself`;
  if (owner === name) return `a folder does not import its own index (#${name})`;
  if (file.path.startsWith("web/")) return webMayImport.includes(name) ? null : `web may not import #${name}`;
  if (file.isTest || owner === null)
    return owner === null && topFolder(file.path).startsWith("src/") ? noLayer(file) : null;
  return layers[owner]?.mayImport.includes(name) || isInside(owner, name) ? null : `${owner} may not import #${name}`;
}

/** `wallet` may always use `wallet/core`, which is a part of it. */
function isInside(owner: string, name: string): boolean {
  return name.startsWith(`${owner}/`);
}

function noLayer(file: SourceFile): string {
  return `${topFolder(file.path)} is not in the layer table`;
}

function checkPath(file: SourceFile, path: string): string | null {
  const from = topFolder(file.path);
  if (path.startsWith("..")) return `${path} lies outside the project`;
  if (permittedPaths.some((pair) => file.path.startsWith(pair.from) && path === pair.to)) return null;
  if (topFolder(path) !== from) {
    const isSupport = path.startsWith("test/") && file.isTest;
    const isScript = path.startsWith("scripts/") && from === "test";
    return isSupport || isScript ? null : `another folder is imported by its door, not by the path ${path}`;
  }
  if (isTestPath(path) && !file.isTest && from !== "test") return `${path} is for tests`;
  const ownIndexes = indexesAbove(file.path);
  return ownIndexes.includes(path) ? `a folder does not import its own index (${path})` : null;
}

/** The index of the file's folder and of each folder around it, up to the folder with a door. */
function indexesAbove(path: string): string[] {
  if (!path.startsWith("src/")) return [];
  const parts = path.split("/").slice(0, -1);
  return parts.slice(1).map((_, depth) => `${parts.slice(0, depth + 2).join("/")}/index.ts`);
}

function checkLibrary(file: SourceFile, name: string): string | null {
  if (file.isTest || !/^(src|web)\//.test(file.path) || file.path.endsWith(".config.ts")) return null;
  const home = Object.entries(libraryHomes).find(([start]) =>
    start.endsWith("/") ? name.startsWith(start) : name === start || name.startsWith(`${start}/`),
  );
  return home === undefined || file.path.startsWith(home[1]) ? null : `${name} belongs behind ${home[1]}`;
}

/** The second verifier knows Node and the documents only, so it can find where the code differs from them. */
function checkVerifierEdge(target: Target): string | null {
  if (target.kind === "door") return `test/verifier may not import #${target.name}`;
  if (target.kind === "package") return `test/verifier may not import ${target.name}`;
  if (target.kind !== "file") return null;
  const isOwn = target.path.startsWith("test/verifier/") && !isTestPath(target.path);
  return isOwn ? null : `test/verifier may not import ${target.path}`;
}

/** The doors of package.json and the layer table name the same folders. */
export const checkDoors: Rule = (tree) => {
  const manifest = tree.texts.get("package.json");
  if (manifest === undefined) return [];
  const { imports }: { imports: Record<string, unknown> } = JSON.parse(manifest);
  const violation = (what: string): Violation => ({ rule: "door", at: "package.json", what });
  const doors = Object.entries(imports).flatMap(([door, path]) => {
    const name = door.slice(1);
    if (conditionalDoors[name] !== undefined) return [];
    if (layers[name] === undefined) return [violation(`${door} is not in the layer table`)];
    return path === `./src/${name}/index.ts` ? [] : [violation(`${door} must lead to ./src/${name}/index.ts`)];
  });
  const missing = Object.keys(layers).filter((name) => {
    const exists = [...tree.files.keys()].some((path) => path.startsWith(`src/${name}/`));
    return exists && imports[`#${name}`] === undefined;
  });
  const indexes = [...tree.files.values()].filter((file) => {
    const owner = moduleOf(file.path);
    return owner !== null && file.path === `src/${owner}/index.ts` && !file.onlyReexports;
  });
  return [
    ...doors,
    ...missing.map((name) => violation(`#${name} is missing from the imports map`)),
    ...indexes.map((file) => ({ rule: "door", at: file.path, what: "an index only re-exports" })),
  ];
};
