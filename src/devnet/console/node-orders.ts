/** Orders to single nodes. Each needs the token and stands in the audit log, whatever comes of it. */
import { Type } from "typebox";
import {
  ApiError,
  createClient,
  DevnetAddRequest,
  DevnetMineRequest,
  DevnetNode,
  MineResult,
  ValidationReport,
} from "#api/contract";
import { type App, Refusal } from "#api/server";
import { OperationError } from "#base";
import { type ChainSpec, nominalHashRate } from "#spec";
import { rememberValidator } from "../added-validator.ts";
import type { NodeRole } from "../fleet.ts";
import type { NodeProcess } from "../node-process.ts";
import { namedNode, runningNode } from "./choose-node.ts";
import type { ConsoleParts } from "./console-parts.ts";
import { validateNode } from "./validate-node.ts";

const MINE_MS = 110_000;

export const NodePath = Type.Object({ name: Type.String() });

export function addNodeOrders(app: App, parts: ConsoleParts): void {
  const { fleet, spec } = parts;
  const tags = ["devnet"];
  const config = { token: true };
  const audited = auditWith(parts);
  const answer = (node: NodeProcess): Promise<DevnetNode> => fleet.viewOf(node);

  app.post(
    "/v1/devnet/nodes",
    { config, schema: { tags, summary: "Add a node", body: DevnetAddRequest, response: { 200: DevnetNode } } },
    ({ body, ip }) =>
      audited("add", null, ip, async () => {
        if (body.hashRate !== undefined) assertMined(spec);
        const role = roleOf(body);
        const node = await fleet.add(role);
        if (role.validator !== null) rememberValidator(node.folder, role.validator);
        await fleet.start(node);
        return answer(node);
      }),
  );
  app.post(
    "/v1/devnet/nodes/:name/mine",
    {
      config,
      schema: {
        tags,
        summary: "Mine blocks on one node, unthrottled",
        params: NodePath,
        body: DevnetMineRequest,
        response: { 200: MineResult },
      },
    },
    ({ params, body, ip }) =>
      audited("mine", params.name, ip, async () => {
        assertMined(spec);
        const node = runningNode(fleet, params.name);
        const client = createClient({ baseUrl: node.api, token: node.token(), fetch, timeoutMs: MINE_MS });
        const { blocks = 1, address } = body;
        return client.mine(address === undefined ? { blocks } : { blocks, address }, { timeoutMs: MINE_MS });
      }),
  );
  app.post(
    "/v1/devnet/nodes/:name/validate",
    {
      config,
      schema: {
        tags,
        summary: "Check the whole stored chain of one node anew, in a process of its own",
        params: NodePath,
        response: { 200: ValidationReport },
      },
    },
    ({ params, ip }) => audited("validate", params.name, ip, () => validateNode(parts, namedNode(fleet, params.name))),
  );
  const actions = {
    start: { summary: "Start a node again, on its ports and data", run: (node) => fleet.start(node) },
    shutdown: { summary: "End a node gracefully", run: (node) => node.shutdown() },
    kill: { summary: "Kill a node (SIGKILL)", run: (node) => node.kill() },
  } as const satisfies Record<string, { summary: string; run: (node: NodeProcess) => Promise<void> }>;
  for (const [action, { summary, run }] of Object.entries(actions))
    app.post(
      `/v1/devnet/nodes/:name/${action}`,
      { config, schema: { tags, summary, params: NodePath, response: { 200: DevnetNode } } },
      ({ params, ip }) =>
        audited(action, params.name, ip, async () => {
          const node = namedNode(fleet, params.name);
          await run(node);
          return answer(node);
        }),
    );
}

function roleOf({ hashRate, validatorKey, validatorPassphraseFile }: DevnetAddRequest): NodeRole {
  const role = { hashRate: hashRate ?? null, validator: null };
  if (validatorKey === undefined) return role;
  return { ...role, validator: { key: validatorKey, passphraseFile: validatorPassphraseFile ?? null, alone: false } };
}

/** @throws Refusal `not-mined` where blocks are not searched */
function assertMined(spec: ChainSpec): void {
  if (nominalHashRate(spec.engine) === null) throw new Refusal(409, "not-mined", notMined(spec));
}

export function notMined({ name }: ChainSpec): string {
  return `nothing can be mined on ${name}: its blocks are signed by validators, each in the slots it is drawn for`;
}

export function auditWith({ audit }: ConsoleParts) {
  return async <T>(
    action: string,
    node: string | null,
    from: string,
    run: () => Promise<T>,
    describe?: (result: T) => string,
  ): Promise<T> => {
    const record = (ok: boolean, message?: string): void =>
      audit.add({ atMs: Date.now(), action, node, from, ok, ...(message === undefined ? {} : { message }) });
    try {
      const result = await run();
      record(true, describe?.(result));
      return result;
    } catch (error) {
      const refusal = explain(error);
      record(false, refusal instanceof Error ? refusal.message : String(refusal));
      throw refusal;
    }
  };
}

/** A node's own refusal is passed on as it is; that it did not answer is 502. */
export function explain(error: unknown): unknown {
  if (error instanceof ApiError)
    return new Refusal(error.status === 0 ? 502 : error.status, error.code, error.message, error.details);
  if (error instanceof OperationError) return new Refusal(409, error.code, error.message);
  return error;
}
