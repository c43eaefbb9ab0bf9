/** A script in one file, for tests that start it often: it is there in a third of the time. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "vite";
import { repositoryRoot } from "./root.ts";

/** Packages with compiled parts, which stay where they are. */
const NATIVE = ["better-sqlite3", "lmdb", "sodium-native"];

export interface Bundle extends Disposable {
  readonly path: string;
}

/** @param script absolute path of a module */
export async function bundleScript(script: string): Promise<Bundle> {
  // Below the project, or what stays outside would not be found.
  const parent = join(repositoryRoot, "build");
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, "script-"));
  const name = `${basename(script, ".ts")}.mjs`;
  await build({
    ...{ configFile: false, logLevel: "silent", root: repositoryRoot },
    ssr: { noExternal: true, external: NATIVE },
    build: {
      ...{ ssr: script, outDir: folder, emptyOutDir: false },
      rolldownOptions: { treeshake: { moduleSideEffects: false }, output: { entryFileNames: name } },
    },
  });
  return {
    path: join(folder, name),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}
