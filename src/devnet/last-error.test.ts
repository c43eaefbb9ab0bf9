import { expect, it } from "vitest";
import { lastError } from "./last-error.ts";

const STARTED = JSON.stringify({ level: 30, msg: "node started" });
const WARNED = JSON.stringify({ level: 40, msg: "peers not saved", error: "Error: no space" });
const FAILED = JSON.stringify({ level: 50, msg: "a listener failed", why: "TypeError: boom\n    at run (a.ts:1)" });

it.each([
  ["an error that was logged", [STARTED, FAILED, WARNED, "peers          none"], "a listener failed (TypeError: boom)"],
  ["the last of several", [FAILED, "agon: the disk is full"], "the disk is full"],
  [
    "what nobody caught",
    ["file.ts:3", "  throw x", "  ^", "", "RangeError: far", "    at a (b:1)", "Node.js v24"],
    "RangeError: far",
  ],
  ["Node's own words", ["Error [ERR_FULL]: full", "    at a"], "Error [ERR_FULL]: full"],
  [
    "the end of the memory",
    [
      "<--- Last few GCs --->",
      "FATAL ERROR: Reached heap limit - out of memory",
      "----- Native stack trace -----",
      " 1: 0x93 [node]",
    ],
    "FATAL ERROR: Reached heap limit - out of memory",
  ],
  ["nothing among ordinary lines", [STARTED, WARNED, "chain          test, at height 0", "{ torn"], null],
  ["nothing in silence", [], null],
])("finds %s", (_, lines, words) => expect(lastError(lines)).toBe(words));
