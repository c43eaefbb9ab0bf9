import { checkBrowserSafety } from "./rules/browser.ts";
import { checkCitations } from "./rules/citations.ts";
import { checkCycles } from "./rules/cycles.ts";
import { checkDoors, checkEdges } from "./rules/edges.ts";
import { checkEngines } from "./rules/engines.ts";
import { checkFaults } from "./rules/faults.ts";
import { checkAmbient, checkLanguage, checkOutsidePaths, checkSizes } from "./rules/shape.ts";
import type { Rule } from "./violation.ts";

/** Every rule by the name of its test. */
export const rules: Readonly<Record<string, Rule>> = {
  "folders import only what the layer table permits, by their doors": checkEdges,
  "the imports map and the layer table agree, and indexes only re-export": checkDoors,
  "imports form no cycle": checkCycles,
  "browser-safe code uses nothing of Node": checkBrowserSafety,
  "files and functions stay short": checkSizes,
  "no any, no mutable module state, no default export, no silenced tool": checkLanguage,
  "time, chance and the network come in as parts": checkAmbient,
  "only test/support knows data outside the repository": checkOutsidePaths,
  "nobody but consensus and spec asks for an engine by its name": checkEngines,
  "each fault code is documented and tested": checkFaults,
  "each rule that is cited stands in docs/spec": checkCitations,
};
