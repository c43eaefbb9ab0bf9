/**
 * Runs before each test file: one seed for every property, so that a failure can be run again; and programs that tests
 * start keep what they compile where `agon` does, which halves the time of their next start.
 */
import { join } from "node:path";
import fc from "fast-check";
import { repositoryRoot } from "./root.ts";
import { fuzzFactor, testSeed } from "./seed.ts";

fc.configureGlobal({ seed: testSeed | 0, numRuns: 100 * fuzzFactor });

process.env.NODE_COMPILE_CACHE ??= join(repositoryRoot, "node_modules", ".cache", "agon");
