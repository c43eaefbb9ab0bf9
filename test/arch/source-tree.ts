/** The sources as a map from path to text, so that the rules run on invented trees as well. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { parseSourceFile, type SourceFile } from "./source-file.ts";

export interface SourceTree {
  readonly files: ReadonlyMap<string, SourceFile>;
  /** Documents and settings: `package.json`, `docs/spec/…`, the Markdown files. */
  readonly texts: ReadonlyMap<string, string>;
}

/** @param texts path from the repository's root, with `/`, to content */
export function createSourceTree(texts: Readonly<Record<string, string>>): SourceTree {
  const entries = Object.entries(texts);
  const sources = entries.filter(
    ([path]) => /^(src|web|test|scripts)\/.*\.tsx?$/.test(path) && !path.endsWith(".d.ts"),
  );
  return {
    files: new Map(sources.map(([path, text]) => [path, parseSourceFile(path, text)])),
    texts: new Map(entries),
  };
}

/** Reads the sources and documents under `root`. */
export function readSourceTree(root: string): SourceTree {
  const texts: Record<string, string> = {};
  const read = (path: string): void => {
    texts[relative(root, path).split(sep).join("/")] = readFileSync(path, "utf8");
  };
  for (const entry of readdirSync(root, { withFileTypes: true })) {
    if (entry.isFile() && /\.(md|json|ts)$/.test(entry.name) && entry.name !== "package-lock.json")
      read(join(root, entry.name));
  }
  for (const folder of ["src", "web", "test", "scripts", "bin", "docs", ".ci"]) {
    for (const path of listTexts(join(root, folder))) read(path);
  }
  return createSourceTree(texts);
}

function listTexts(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /(\.(ts|tsx|js|md|css|html|json)|\/run)$/.test(`/${entry.name}`))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes(`${sep}vectors${sep}`));
}
