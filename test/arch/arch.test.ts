import { describe, expect, it } from "vitest";
import { repositoryRoot } from "../support/root.ts";
import { rules } from "./check.ts";
import { readSourceTree } from "./source-tree.ts";

const tree = readSourceTree(repositoryRoot);

describe("the source tree", () => {
  it("has been read", () => {
    expect(tree.files.size).toBeGreaterThan(20);
    expect(tree.files.has("src/base/index.ts")).toBe(true);
  });

  for (const [name, rule] of Object.entries(rules)) {
    it(name, () => {
      const lines = rule(tree).map(({ at, what }) => `${at}: ${what}`);
      expect(lines.sort()).toEqual([]);
    });
  }
});
