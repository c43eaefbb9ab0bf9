import type { SourceTree } from "./source-tree.ts";

export interface Violation {
  readonly rule: string;
  /** `path` or `path:line`. */
  readonly at: string;
  readonly what: string;
}

export type Rule = (tree: SourceTree) => Violation[];
