/** Where fault codes are written: in the call that makes the fault, or in a call of a function that passes its code on. */
import type { Node } from "oxc-parser";
import { stringValue, type Visit } from "./syntax.ts";

export interface FaultMade {
  /** Null where the call does not say it. */
  readonly code: string | null;
  /** The function around it whose parameter is the code. */
  readonly passedOnBy: { readonly name: string; readonly position: number } | null;
  readonly blame: string;
  readonly line: number;
}

/** A call with text among its arguments; other arguments are null. */
export interface TextCall {
  /** The last name of what is called: `refuse` in `read.refuse("…")`. */
  readonly callee: string;
  readonly isMethod: boolean;
  readonly texts: readonly (string | null)[];
  readonly line: number;
}

type LineAt = (offset: number) => number;

export function faultsOf(at: Visit, lineAt: LineAt): FaultMade[] {
  const { node } = at;
  const line = lineAt(node.start);
  const literal = literalFault(node);
  if (literal !== null) return [{ ...literal, passedOnBy: null, line }];
  if (node.type !== "CallExpression" || node.callee.type !== "Identifier") return [];
  if (node.callee.name !== "blameSender" && node.callee.name !== "blameNobody") return [];
  const blame = node.callee.name === "blameSender" ? "sender" : "nobody";
  const argument = node.arguments[0];
  const choices = argument?.type === "ConditionalExpression" ? [argument.consequent, argument.alternate] : [argument];
  return choices
    .filter((choice) => !isCodeOfFault(choice))
    .map((choice) => ({
      code: stringValue(choice),
      passedOnBy: choice?.type === "Identifier" ? findPasser(at, choice.name) : null,
      blame,
      line,
    }));
}

export function callOf(node: Node, lineAt: LineAt): TextCall[] {
  if (node.type !== "CallExpression") return [];
  const { callee } = node;
  const isMethod = callee.type === "MemberExpression";
  const name = isMethod ? callee.property : callee;
  const texts = node.arguments.map(stringValue);
  if (name.type !== "Identifier" || texts.every((text) => text === null)) return [];
  return [{ callee: name.name, isMethod, texts, line: lineAt(node.start) }];
}

/** `fault.code`: a fault made elsewhere gets another blame. */
function isCodeOfFault(node: Node | undefined): boolean {
  return node?.type === "MemberExpression" && node.property.type === "Identifier" && node.property.name === "code";
}

/** `{ code: "…", blame: "…" }` */
function literalFault(node: Node): { readonly code: string; readonly blame: string } | null {
  if (node.type !== "ObjectExpression") return null;
  const texts = new Map(
    node.properties.flatMap((property) => {
      if (property.type !== "Property" || property.key.type !== "Identifier") return [];
      return [[property.key.name, stringValue(property.value)] as const];
    }),
  );
  const code = texts.get("code") ?? null;
  const blame = texts.get("blame") ?? null;
  return code === null || blame === null ? null : { code, blame };
}

/** The nearest function around `at` that has the parameter. */
function findPasser(at: Visit, parameter: string): FaultMade["passedOnBy"] {
  for (let outer = at.above; outer !== null; outer = outer.above) {
    const { node, parent } = outer;
    if (!("params" in node) || !Array.isArray(node.params)) continue;
    const position = node.params.findIndex((each: Node) => each.type === "Identifier" && each.name === parameter);
    if (position < 0) continue;
    const own = "id" in node ? node.id : null;
    const named =
      own ?? (parent?.type === "VariableDeclarator" ? parent.id : parent?.type === "Property" ? parent.key : null);
    return named?.type === "Identifier" ? { name: named.name, position } : null;
  }
  return null;
}
