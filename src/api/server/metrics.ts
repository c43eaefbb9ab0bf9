/** Prometheus: what the server measures of itself, and the route where all of the process is read. */
import { Gauge, Histogram, type Registry } from "prom-client";
import { Type } from "typebox";
import type { App } from "./app.ts";
import type { Streams } from "./streams.ts";

const BUCKETS_SECONDS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10];

export function installMetrics(app: App, registry: Registry, streams: Streams): void {
  const duration = new Histogram({
    name: "agon_http_request_duration_seconds",
    help: "Time from a request's arrival to the end of its answer",
    labelNames: ["method", "route", "status"],
    buckets: BUCKETS_SECONDS,
    registers: [registry],
  });
  new Gauge({
    name: "agon_http_streams",
    help: "Open event streams and WebSockets",
    registers: [registry],
    collect() {
      this.set(streams.count);
    },
  });
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "none";
    duration.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1_000);
  });
  app.get(
    "/metrics",
    {
      schema: {
        tags: ["system"],
        summary: "Prometheus metrics",
        response: { 200: { description: "text", content: { "text/plain": { schema: Type.String() } } } },
      },
    },
    async (_request, reply) => {
      reply.header("content-type", registry.contentType);
      return reply.serializer((text: string) => text).send(await registry.metrics());
    },
  );
}
