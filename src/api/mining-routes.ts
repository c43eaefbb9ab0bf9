/** Work for miners outside the node; each route needs the token, since making a template costs an execution. */
import { MAX_CARRIED_BYTES, MinedBlock, MinedBlockResult, MiningTemplate, MiningTemplateRequest } from "#api/contract";
import { type App, Refusal } from "#api/server";
import { fromHex, toHex } from "#base";
import { describeFault } from "./fault-words.ts";
import type { NodePorts, WorkTemplate } from "./ports.ts";
import { readAddress } from "./route-inputs.ts";
import { showWork } from "./show-block.ts";

/** Beside a block in hex. */
const OTHER_BODY_BYTES = 4_096;

export function addMiningRoutes(app: App, { chain, work }: NodePorts): void {
  const config = { token: true };
  const tags = ["mining"];
  app.post(
    "/v1/mining/templates",
    {
      config,
      schema: {
        tags,
        summary: "A block to be, to search outside the node",
        body: MiningTemplateRequest,
        response: { 200: MiningTemplate },
      },
    },
    async ({ body }): Promise<MiningTemplate> => {
      const template = work.template(readAddress(body.address, chain.spec.addressPrefix));
      if (template === null) throw new Refusal(409, "not-searched", "this chain's blocks are not searched");
      const block = body.block === true ? work.block(template.id) : null;
      const carried = block !== null && block.length <= MAX_CARRIED_BYTES ? { block: toHex(block) } : {};
      return { ...showTemplate(template), ...carried };
    },
  );
  app.post(
    "/v1/mining/blocks",
    {
      config,
      bodyLimit: 2 * MAX_CARRIED_BYTES + OTHER_BODY_BYTES,
      schema: { tags, summary: "The seal that was found", body: MinedBlock, response: { 200: MinedBlockResult } },
    },
    async ({ body }): Promise<MinedBlockResult> => {
      const block = body.block === undefined ? undefined : fromHex(body.block);
      if (block === null) throw new Refusal(400, "invalid-request", "the block is not whole bytes in hex");
      const outcome = await work.seal(body.template, fromHex(body.seal)!, block);
      switch (outcome.kind) {
        case "unknown":
          throw new Refusal(404, "template-unknown", "this node does not know the template, or no longer");
        case "expired":
          throw new Refusal(410, "template-expired", "the template's time has run out: ask for another");
        case "refused": {
          const { code, message, details } = describeFault(outcome.fault);
          throw new Refusal(422, code, message, details);
        }
        default:
          return { result: outcome.kind, height: outcome.block.height, hash: toHex(outcome.block.id) };
      }
    },
  );
}

function showTemplate({ parts, ...template }: WorkTemplate): MiningTemplate {
  return {
    template: template.id,
    height: template.height,
    parent: toHex(parts.parent),
    sealHash: toHex(template.sealHash),
    timeMs: template.timeMs,
    version: showUint32(parts.version),
    versionMask: showUint32(parts.freeVersionBits),
    minTimeS: parts.minTimeS,
    maxTimeS: parts.maxTimeS,
    work: showWork(template.work),
    coinbase: {
      head: toHex(parts.coinbaseHead),
      extranonceBytes: parts.extranonceBytes,
      tail: toHex(parts.coinbaseTail),
    },
    reward: String(template.rewardAtoms),
    fees: String(template.feesAtoms),
    transactionCount: template.transactionCount,
    expiresMs: template.expiresMs,
  };
}

function showUint32(value: number): string {
  return value.toString(16).padStart(8, "0");
}
