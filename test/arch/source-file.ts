/** One parsed source file with what the rules ask about it. */
import { posix } from "node:path";
import { type Node, parseSync } from "oxc-parser";
import { callOf, type FaultMade, faultsOf, type TextCall } from "./fault-calls.ts";
import { isBinding, memberName, referencedName, stringValue, type Visit, walk } from "./syntax.ts";

export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** False for a worker or asset named by `new URL("./x.ts", import.meta.url)`: an edge, but not loaded with the file. */
  readonly loads: boolean;
}

export interface Finding {
  readonly name: string;
  readonly line: number;
}

export interface FunctionSize {
  readonly name: string;
  readonly line: number;
  readonly lineCount: number;
  /** Without the lines of the functions inside it. */
  readonly ownLineCount: number;
}

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lineCount: number;
  /** A test, or what tests of one folder share, in its `testing` folder. */
  readonly isTest: boolean;
  readonly imports: readonly Import[];
  /** References to names the file does not bind itself. */
  readonly globals: readonly Finding[];
  /** Uses of the clock, of timers, of randomness and of the network. */
  readonly ambient: readonly Finding[];
  readonly functions: readonly FunctionSize[];
  /** Shapes the conventions forbid: `any`, mutable module state, default exports, silenced tools. */
  readonly forbidden: readonly Finding[];
  /** Fault codes made here. */
  readonly faults: readonly FaultMade[];
  readonly calls: readonly TextCall[];
  /** False when a statement is anything but an export from another file. */
  readonly onlyReexports: boolean;
}

/** @throws Error when the text is not TypeScript */
export function parseSourceFile(path: string, text: string): SourceFile {
  const parsed = parseSync(path, text);
  if (parsed.errors.length > 0) throw new Error(`${path}: ${parsed.errors[0]!.message}`);
  const lineStarts = [0, ...Array.from(text.matchAll(/\n/g), (match) => match.index + 1)];
  const lineAt = (offset: number): number => {
    let low = 0;
    let high = lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (lineStarts[middle]! <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
  const visits: Visit[] = [];
  walk(parsed.program, (at) => visits.push(at));
  const bound = new Set(visits.filter(isBinding).map(({ node }) => (node.type === "Identifier" ? node.name : "")));
  const isGlobal = (name: string): boolean => !bound.has(name);
  return {
    path,
    text,
    lineCount: text.split("\n").length - (text.endsWith("\n") ? 1 : 0),
    isTest: isTestPath(path),
    imports: visits.flatMap(({ node }) => importOf(node, lineAt)),
    globals: visits.flatMap((at) => globalOf(at, isGlobal, lineAt)),
    ambient: visits.flatMap((at) => ambientOf(at.node, isGlobal, lineAt)),
    functions: functionsOf(visits, lineAt),
    forbidden: [
      ...visits.flatMap((at) => forbiddenOf(at, lineAt)),
      ...parsed.comments.flatMap((comment) => silencerOf(comment.value, lineAt(comment.start))),
    ],
    faults: visits.flatMap((at) => faultsOf(at, lineAt)),
    calls: visits.flatMap(({ node }) => callOf(node, lineAt)),
    onlyReexports: parsed.program.body.every(isReexport),
  };
}

export function isTestPath(path: string): boolean {
  return /\.test\.tsx?$|\/testing\//.test(path);
}

type LineAt = (offset: number) => number;

function importOf(node: Node, lineAt: LineAt): Import[] {
  const found = (source: Node | null, loads = true): Import[] => {
    const specifier = stringValue(source);
    return specifier === null ? [] : [{ specifier, line: lineAt(node.start), loads }];
  };
  switch (node.type) {
    case "ImportDeclaration":
    case "ImportExpression":
    case "TSImportType":
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
      return found(node.source);
    case "NewExpression": {
      const [target, base] = node.arguments;
      const isOwnUrl = node.callee.type === "Identifier" && node.callee.name === "URL" && isImportMetaUrl(base);
      const specifier = stringValue(target);
      return isOwnUrl && specifier !== null && /^\.{1,2}\/.*\.tsx?$/.test(specifier) ? found(target!, false) : [];
    }
    default:
      return [];
  }
}

function isImportMetaUrl(node: Node | undefined): boolean {
  return node?.type === "MemberExpression" && node.object.type === "MetaProperty";
}

function globalOf(at: Visit, isGlobal: (name: string) => boolean, lineAt: LineAt): Finding[] {
  const name = referencedName(at);
  return name !== null && isGlobal(name) ? [{ name, line: lineAt(at.node.start) }] : [];
}

function ambientOf(node: Node, isGlobal: (name: string) => boolean, lineAt: LineAt): Finding[] {
  const found = (name: string): Finding[] => [{ name, line: lineAt(node.start) }];
  const member = memberName(node);
  if (member === "Date.now" || member === "Math.random") return found(member);
  if (node.type === "NewExpression" && node.callee.type === "Identifier") {
    return node.callee.name === "Date" && node.arguments.length === 0 ? found("new Date()") : [];
  }
  if (node.type !== "CallExpression") return [];
  const called =
    node.callee.type === "Identifier"
      ? node.callee.name
      : memberName(node.callee)?.replace(/^(globalThis|window|self)\./, "");
  const isAmbient = called === "setTimeout" || called === "setInterval" || called === "fetch";
  return isAmbient && isGlobal(called) ? found(`${called}()`) : [];
}

function isFunction(node: Node): boolean {
  return (
    node.type === "FunctionDeclaration" || node.type === "FunctionExpression" || node.type === "ArrowFunctionExpression"
  );
}

function functionsOf(visits: readonly Visit[], lineAt: LineAt): FunctionSize[] {
  const found = visits.filter(({ node }) => isFunction(node));
  const linesOf = ({ node }: Visit): number => lineAt(node.end - 1) - lineAt(node.start) + 1;
  const nestedLines = new Map<Visit, number>();
  for (const inner of found) {
    let outer = inner.above;
    while (outer !== null && !isFunction(outer.node)) outer = outer.above;
    // A function on one line shares it with its surroundings.
    if (outer !== null && linesOf(inner) > 1) nestedLines.set(outer, (nestedLines.get(outer) ?? 0) + linesOf(inner));
  }
  return found.map((at) => ({
    name: functionName(at),
    line: lineAt(at.node.start),
    lineCount: linesOf(at),
    ownLineCount: linesOf(at) - (nestedLines.get(at) ?? 0),
  }));
}

function functionName({ node, parent }: Visit): string {
  const own = "id" in node ? node.id : null;
  const given =
    parent?.type === "VariableDeclarator" ? parent.id : parent !== null && "key" in parent ? parent.key : null;
  const named = own ?? given;
  return named?.type === "Identifier" ? named.name : "a function";
}

function forbiddenOf({ node, parent }: Visit, lineAt: LineAt): Finding[] {
  const found = (name: string): Finding[] => [{ name, line: lineAt(node.start) }];
  if (node.type === "TSAnyKeyword") return found("any");
  if (node.type === "ExportDefaultDeclaration") return found("default export");
  if (node.type === "TSEnumDeclaration") return found("enum");
  const isModuleLevel = parent?.type === "Program" || parent?.type === "ExportNamedDeclaration";
  const isMutable = node.type === "VariableDeclaration" && (node.kind === "let" || node.kind === "var");
  return isModuleLevel && isMutable && !node.declare ? found(`module-level ${node.kind}`) : [];
}

function silencerOf(comment: string, line: number): Finding[] {
  const match = /@ts-(?:ignore|nocheck|expect-error)|biome-ignore/.exec(comment);
  return match === null ? [] : [{ name: match[0], line }];
}

function isReexport(node: Node): boolean {
  return node.type === "ExportAllDeclaration" || (node.type === "ExportNamedDeclaration" && node.source !== null);
}

/** The path that a relative specifier names. */
export function resolveRelative(from: string, specifier: string): string {
  return posix.join(posix.dirname(from), specifier);
}
