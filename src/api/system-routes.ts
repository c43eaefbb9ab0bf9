/** What machines that watch a node ask for. */
import { HealthReport } from "#api/contract";
import type { App } from "#api/server";
import type { NodePorts } from "./ports.ts";

export function addSystemRoutes(app: App, { health }: NodePorts): void {
  app.get(
    "/health",
    {
      schema: {
        tags: ["system"],
        summary: "200 when all is well, else 503, with the reasons",
        response: { 200: HealthReport, 503: HealthReport },
      },
    },
    async (_request, reply): Promise<HealthReport> => {
      const checks = [...(await health())];
      const isWell = checks.every((check) => check.ok);
      reply.code(isWell ? 200 : 503);
      return { ok: isWell, checks };
    },
  );
}
