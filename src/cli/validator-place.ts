/** The node's folder and chain that the keys of a validator are for. */
import { resolve } from "node:path";
import { OperationError } from "#base";
import { readSpec } from "#node";
import { type ChainSpec, isBuiltInChain, validatorsOf } from "#spec";
import { loadSettings } from "./node-settings.ts";
import type { Terminal } from "./terminal.ts";

/** What says where they are. */
export const FOLDER_SETTINGS = ["node.data", "node.spec"];

export interface Place {
  readonly data: string;
  readonly spec: ChainSpec;
  /** As a node is told, from any folder. */
  readonly specName: string;
}

/** @throws OperationError `no-validators` where blocks are not signed */
export function readPlace(terminal: Terminal, options: Readonly<Record<string, unknown>>): Place {
  const { data, spec: name } = loadSettings(terminal, options).config.node;
  const spec = readSpec(name);
  if (validatorsOf(spec.engine).length === 0)
    throw new OperationError(
      "no-validators",
      `the chain ${spec.name} has no validators: name another with --spec, such as pos-test`,
    );
  return { data, spec, specName: isBuiltInChain(name) ? name : resolve(name) };
}
