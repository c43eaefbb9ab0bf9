/** One parsed source file with what the rules ask about it. */
import { posix } from "node:path";
import { type Node, parseSync } from "oxc-parser";
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

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lineCount: number;
  readonly isTest: boolean;
  readonly imports: readonly Import[];
  /** References to names the file does not bind itself. */
  readonly globals: readonly Finding[];
  /** Uses of the clock, of timers, of randomness and of the network. */
  readonly ambient: readonly Finding[];
  readonly functions: readonly { readonly name: string; readonly line: number; readonly lineCount: number }[];
  /** Shapes the conventions forbid: `any`, mutable module state, default exports, silenced tools. */
  readonly forbidden: readonly Finding[];
  /** Fault codes made here; null where the code is not written out. */
  readonly faults: readonly { readonly code: string | null; readonly line: number }[];
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
    isTest: /\.test\.tsx?$/.test(path),
    imports: visits.flatMap(({ node }) => importOf(node, lineAt)),
    globals: visits.flatMap((at) => globalOf(at, isGlobal, lineAt)),
    ambient: visits.flatMap((at) => ambientOf(at.node, isGlobal, lineAt)),
    functions: visits.flatMap((at) => functionOf(at, lineAt)),
    forbidden: [
      ...visits.flatMap((at) => forbiddenOf(at, lineAt)),
      ...parsed.comments.flatMap((comment) => silencerOf(comment.value, lineAt(comment.start))),
    ],
    faults: visits.flatMap(({ node }) => faultsOf(node, lineAt)),
    onlyReexports: parsed.program.body.every(isReexport),
  };
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

function functionOf({ node, parent }: Visit, lineAt: LineAt): SourceFile["functions"][number][] {
  const isFunction =
    node.type === "FunctionDeclaration" ||
    node.type === "FunctionExpression" ||
    node.type === "ArrowFunctionExpression";
  if (!isFunction) return [];
  const line = lineAt(node.start);
  const owner = parent !== null && ("id" in parent ? parent.id : "key" in parent ? parent.key : null);
  const named = "id" in node && node.id ? node.id : owner;
  const name = named !== null && named !== false && named.type === "Identifier" ? named.name : "a function";
  return [{ name, line, lineCount: lineAt(node.end - 1) - line + 1 }];
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

function faultsOf(node: Node, lineAt: LineAt): SourceFile["faults"][number][] {
  if (node.type !== "CallExpression" || node.callee.type !== "Identifier") return [];
  if (node.callee.name !== "blameSender" && node.callee.name !== "blameNobody") return [];
  const line = lineAt(node.start);
  const argument = node.arguments[0];
  const choices = argument?.type === "ConditionalExpression" ? [argument.consequent, argument.alternate] : [argument];
  return choices.map((choice) => ({ code: stringValue(choice), line }));
}

function isReexport(node: Node): boolean {
  return node.type === "ExportAllDeclaration" || (node.type === "ExportNamedDeclaration" && node.source !== null);
}

/** The path that a relative specifier names. */
export function resolveRelative(from: string, specifier: string): string {
  return posix.join(posix.dirname(from), specifier);
}
