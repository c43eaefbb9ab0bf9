import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { repositoryRoot } from "../test/support/root.ts";
import { tempDir } from "../test/support/temp.ts";
import { ensureWebBuilt } from "./build-web.ts";

/** A project with one page that shows one value of `src/base`. */
function createProject(): { root: string; write(path: string, text: string): void; page(): string } {
  const root = tempDir("agon-web");
  const write = (path: string, text: string): void => {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  symlinkSync(join(repositoryRoot, "node_modules"), join(root, "node_modules"));
  write(
    "web/vite.config.ts",
    "export default { build: { rollupOptions: { output: { entryFileNames: 'page.js' } } } };",
  );
  write("web/index.html", '<script type="module" src="./page.ts"></script>');
  write("web/page.ts", 'import { greeting } from "../src/base/greeting.ts";\ndocument.title = greeting;');
  write("src/base/greeting.ts", 'export const greeting: string = "good morning";');
  write("src/base/greeting.test.ts", "");
  return { root, write, page: () => readFileSync(join(root, "build/web/page.js"), "utf8") };
}

it("builds the pages once for the same sources", async () => {
  const lines: string[] = [];
  const log = (line: string): void => void lines.push(line);
  const { root, write, page } = createProject();

  expect(await ensureWebBuilt({ log, root })).toMatchObject({ built: true, ok: true });
  expect(page()).toContain("good morning");
  expect(await ensureWebBuilt({ log, root })).toMatchObject({ built: false, ok: true });

  write("src/base/greeting.test.ts", "changed");
  expect(await ensureWebBuilt({ log, root })).toMatchObject({ built: false, ok: true });
  write("src/base/greeting.ts", 'export const greeting: string = "good evening";');
  const both = await Promise.all([ensureWebBuilt({ log, root }), ensureWebBuilt({ log, root })]);
  expect(both).toMatchObject([{ ok: true }, { ok: true }]);
  expect(page()).toContain("good evening");
  expect(lines).toEqual([]);

  write("src/base/greeting.ts", "export const greeting: string = ;");
  expect(await ensureWebBuilt({ log, root })).toMatchObject({ built: false, ok: false });
  expect(lines.join("\n")).toContain("greeting.ts");
  expect(page()).toContain("good evening");
  expect(readdirSync(join(root, "build"))).toEqual(["web"]);
});

it("says so where there are no pages", async () => {
  const lines: string[] = [];
  const root = tempDir("agon-web");
  expect(await ensureWebBuilt({ log: (line) => void lines.push(line), root })).toMatchObject({
    built: false,
    ok: false,
  });
  expect(lines).toEqual(["the pages are not built: web/vite.config.ts is missing"]);
  expect(existsSync(join(root, "build"))).toBe(false);
});
