/** Which folder a file belongs to, and which file an import names. */
import { builtinModules } from "node:module";
import { conditionalDoors, layers, nodeOnlyFiles } from "./layers.ts";
import { type Import, isTestPath, resolveRelative, type SourceFile } from "./source-file.ts";

export type Target =
  | { readonly kind: "door"; readonly name: string; readonly files: readonly string[] }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "node"; readonly name: string }
  | { readonly kind: "package"; readonly name: string };

const names = Object.keys(layers).sort((a, b) => b.length - a.length);
const builtins = new Set(builtinModules);

/** The innermost folder of the layer table that holds a file; null outside `src` and for a folder the table lacks. */
export function moduleOf(path: string): string | null {
  return names.find((name) => path.startsWith(`src/${name}/`)) ?? null;
}

/** `src/wallet` for `src/wallet/core/keys.ts`; `web` or `test` outside `src`. */
export function topFolder(path: string): string {
  const parts = path.split("/");
  return parts.slice(0, parts[0] === "src" ? 2 : 1).join("/");
}

export function targetOf(file: SourceFile, { specifier }: Import): Target {
  if (specifier.startsWith("#")) {
    const name = specifier.slice(1);
    return { kind: "door", name, files: conditionalDoors[name] ?? [`src/${name}/index.ts`] };
  }
  if (specifier.startsWith(".")) return { kind: "file", path: resolveRelative(file.path, specifier) };
  if (specifier.startsWith("node:") || builtins.has(specifier)) return { kind: "node", name: specifier };
  return { kind: "package", name: specifier };
}

/** True for what is compiled a second time without Node's types. */
export function isBrowserSafe(path: string): boolean {
  if (nodeOnlyFiles.includes(path) || isTestPath(path) || path.endsWith(".config.ts")) return false;
  if (path.startsWith("web/")) return true;
  const name = moduleOf(path);
  return name !== null && layers[name]?.browserSafe === true;
}
