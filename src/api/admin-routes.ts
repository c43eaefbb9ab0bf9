/** Orders to the node; each needs the token. */
import { MineRequest, MineResult, ShutdownResult } from "#api/contract";
import type { App } from "#api/server";
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
