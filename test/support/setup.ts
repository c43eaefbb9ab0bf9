/** Runs before each test file: one seed for every property, so that a failure can be run again. */
import fc from "fast-check";
import { fuzzFactor, testSeed } from "./seed.ts";

fc.configureGlobal({ seed: testSeed | 0, numRuns: 100 * fuzzFactor });
