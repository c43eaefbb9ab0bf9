/** News as it happens: server-sent events, and the same over a WebSocket. */
import { type Static, type TSchema, Type } from "typebox";
import { ChainEvent, formatCursor, LiveEvent, parseCursor } from "#api/contract";
import { type App, invalid, type Outlet, openEventStream, openSocketOutlet, Refusal, type Streams } from "#api/server";
import { asHash, type Clock, fromHex, type Logger } from "#base";
import { followChain, watchHead } from "./chain-follower.ts";
import { createLiveNews } from "./live-news.ts";
import type { BlockPoint, NodePorts } from "./ports.ts";
import { pointOf, showPoint } from "./show-block.ts";

const CursorQuery = Type.Object(
  { cursor: Type.Optional(Type.String({ description: "where to go on; a Last-Event-ID header wins over it" })) },
  { additionalProperties: false },
);
const SocketQuery = Type.Object(
  {
    cursor: Type.Optional(Type.String()),
    events: Type.Optional(
      Type.String({
        pattern: "^(chain|live)(,(chain|live))?$",
        default: "chain",
        description: "`chain`, `live` or `chain,live`",
      }),
    ),
  },
  { additionalProperties: false },
);
const streamReply = (description: string, schema: TSchema) => ({
  200: { description, content: { "text/event-stream": { schema } } },
});

export interface EventParts {
  readonly streams: Streams;
  readonly clock: Clock;
  readonly log: Logger;
}

export function addEventRoutes(app: App, ports: NodePorts, { streams, clock, log }: EventParts): void {
  const { chain } = ports;
  const watch = watchHead(ports.events);
  const news = createLiveNews(ports, clock);
  const tags = ["events"];
  const follow = (outlet: Outlet, from: BlockPoint | null): void => {
    followChain(chain, watch, outlet, from).catch((error: unknown) => {
      log.error("event reader failed", { error: String(error) });
      outlet.close();
    });
  };

  app.get(
    "/v1/events",
    {
      exposeHeadRoute: false,
      schema: {
        tags,
        summary: "Blocks applied and reverted; resumes from a cursor",
        querystring: CursorQuery,
        response: streamReply("its cursor is the event's id", ChainEvent),
      },
    },
    (request, reply) => {
      const from = readCursor(request.headers["last-event-id"] ?? request.query.cursor);
      streams.assertRoom();
      const outlet = openEventStream(reply, clock);
      streams.add(outlet);
      if (from === null) outlet.begin(formatCursor(showPoint(pointOf(chain.head()))));
      follow(outlet, from);
    },
  );
  app.get(
    "/v1/events/live",
    {
      exposeHeadRoute: false,
      schema: {
        tags,
        summary: "Mempool and peer news; what is missed is not repeated",
        response: streamReply("without ids", LiveEvent),
      },
    },
    (_request, reply) => {
      streams.assertRoom();
      const outlet = openEventStream(reply, clock);
      streams.add(outlet);
      news.add(outlet);
    },
  );
  app.route({
    method: "GET",
    url: "/v1/ws",
    exposeHeadRoute: false,
    schema: {
      tags,
      summary: "The same events over a WebSocket, one JSON text each",
      querystring: SocketQuery,
      response: { 101: { description: "switching to WebSocket", type: "null" } },
    },
    preHandler: async ({ query }) => {
      readCursor(query.cursor);
      streams.assertRoom();
    },
    handler: () => {
      throw new Refusal(426, "upgrade-required", "this address speaks WebSocket only");
    },
    wsHandler: (socket, { query }) => {
      const outlet = openSocketOutlet(socket, clock);
      const { cursor, events = "chain" } = query as Static<typeof SocketQuery>;
      streams.add(outlet);
      const wanted = events.split(",");
      if (wanted.includes("chain")) follow(outlet, readCursor(cursor));
      if (wanted.includes("live")) news.add(outlet);
    },
  });
}

/** @throws Refusal 400 for what is no cursor; one that is not known here gets a `reset` instead */
function readCursor(text: string | string[] | undefined): BlockPoint | null {
  if (text === undefined || text === "") return null;
  const point = typeof text === "string" ? parseCursor(text) : null;
  if (point === null) throw invalid("a cursor has the form <height>:<block id, 64 hex digits>");
  return { height: point.height, id: asHash(fromHex(point.hash)!) };
}
