import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { buildKernel, KERNEL_MODULE } from "./build-kernel.ts";

test("the kernel in the tree is what its source compiles to, byte for byte", async () => {
  expect((await buildKernel()) === (await readFile(KERNEL_MODULE, "utf8"))).toBe(true);
});
