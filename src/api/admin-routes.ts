/** Orders to the node; each needs the token. */
import { AcceptRequest, AcceptResult, MineRequest, MineResult, ShutdownResult } from "#api/contract";
import { type App, Refusal } from "#api/server";
import { asHash, fromHex } from "#base";
import { describeFault } from "./fault-words.ts";
import type { NodePorts } from "./ports.ts";
import { readAddress } from "./route-inputs.ts";
import { showPoint } from "./show-block.ts";

export function addAdminRoutes(app: App, { chain, orders }: NodePorts): void {
  const tags = ["admin"];
  app.post(
    "/v1/admin/mine",
    {
      config: { token: true },
      schema: { tags, summary: "Mine blocks now, at full speed", body: MineRequest, response: { 200: MineResult } },
    },
    async ({ body }): Promise<MineResult> => {
      const address = body.address === undefined ? null : readAddress(body.address, chain.spec.addressPrefix);
      return { blocks: (await orders.mine(body.blocks, address)).map(showPoint) };
    },
  );
  app.post(
    "/v1/admin/accept",
    {
      config: { token: true },
      schema: {
        tags,
        summary: "Follow a heavier branch that forks deeper than the node undoes by itself",
        body: AcceptRequest,
        response: { 200: AcceptResult },
      },
    },
    async ({ body }): Promise<AcceptResult> => {
      const head = await orders.accept(asHash(fromHex(body.id)!));
      if (head.ok) return { head: showPoint(head.value) };
      const { code, message, details } = describeFault(head.error);
      throw new Refusal(409, code, message, details);
    },
  );
  app.post(
    "/v1/admin/shutdown",
    { config: { token: true }, schema: { tags, summary: "Stop this node", response: { 202: ShutdownResult } } },
    async (_request, reply): Promise<ShutdownResult> => {
      reply.code(202);
      // Also when the caller did not wait for the answer.
      reply.raw.once("close", () => orders.shutdown());
      return { stopping: true };
    },
  );
}
