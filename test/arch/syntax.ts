/** A walk over a parsed file, and the few questions about a node that the rules share. */
import type { Node } from "oxc-parser";

export interface Visit {
  readonly node: Node;
  readonly parent: Node | null;
  /** The parent's property that holds the node. */
  readonly key: string;
  /** The visit of the parent. */
  readonly above: Visit | null;
}

/** Calls `visit` for every node, parents first. */
export function walk(root: Node, visit: (at: Visit) => void): void {
  const pending: Visit[] = [{ node: root, parent: null, key: "", above: null }];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    visit(at);
    for (const [key, value] of Object.entries(at.node)) {
      for (const child of Array.isArray(value) ? value : [value]) {
        if (isNode(child)) pending.push({ node: child, parent: at.node, key, above: at });
      }
    }
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

/** The name of a reference to a variable; null for property names, declarations of keys and other nodes. */
export function referencedName({ node, parent, key }: Visit): string | null {
  if (node.type !== "Identifier") return null;
  const isPropertyName =
    parent !== null && (key === "property" || key === "key") && !("computed" in parent && parent.computed);
  const isModuleName = parent?.type === "ImportSpecifier" || parent?.type === "ExportSpecifier";
  return isPropertyName || isModuleName ? null : node.name;
}

/** `object.property` with plain names, as in `Date.now`; null for anything else. */
export function memberName(node: Node): string | null {
  if (node.type !== "MemberExpression" || node.computed || node.object.type !== "Identifier") return null;
  return node.property.type === "Identifier" ? `${node.object.name}.${node.property.name}` : null;
}

export function stringValue(node: Node | null | undefined): string | null {
  return node?.type === "Literal" && typeof node.value === "string" ? node.value : null;
}

/** Names that the file binds itself: variables, parameters, functions, imports. */
export function isBinding({ node, parent, key }: Visit): boolean {
  if (node.type !== "Identifier" || parent === null) return false;
  if (key === "id") return true;
  if (key === "params" || key === "local") return true;
  return parent.type === "AssignmentPattern" && key === "left";
}
