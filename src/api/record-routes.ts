/** Records: listed, and given back byte for byte. */
import { Type } from "typebox";
import { RecordPage } from "#api/contract";
import { type App, invalid, notFound } from "#api/server";
import { err, toHex } from "#base";
import { decodeRecord, KIND_RECORD, type PreparedTransaction } from "#model";
import { missing } from "./missing-transaction.ts";
import type { ChainPlace, IncludedTransaction, NodePorts } from "./ports.ts";
import { DEFAULT_LIMIT, IdPath, Limit, readHash } from "./route-inputs.ts";
import { showIncluded } from "./show-transaction.ts";

/** Beyond the end of any block. */
const END_OF_BLOCK = 999_999_999;

const RecordQuery = Type.Object(
  {
    from: Type.Optional(
      Type.String({
        maxLength: 40,
        description: "a height, or `nextFrom` of the page before; records there and below. Default: the head",
      }),
    ),
    limit: Limit,
  },
  { additionalProperties: false },
);

export function addRecordRoutes(app: App, ports: NodePorts): void {
  const { chain, pending } = ports;
  const tags = ["transactions"];

  app.get(
    "/v1/records",
    {
      schema: {
        tags,
        summary: "Records on the chain, newest first, with the beginning of each",
        querystring: RecordQuery,
        response: { 200: RecordPage },
      },
    },
    async ({ query: { from, limit = DEFAULT_LIMIT } }): Promise<RecordPage> => {
      const found = await chain.records(from === undefined ? null : readPlace(from), limit);
      const showing = { prefix: chain.spec.addressPrefix, isWhole: false };
      const height = chain.head().header.height;
      return {
        items: found.map((included) => showIncluded(included, height, showing)).filter((one) => one.kind === "record"),
        nextFrom: found.length < limit ? null : below(found.at(-1)!),
      };
    },
  );
  app.get(
    "/v1/records/:id",
    {
      schema: {
        tags,
        summary: "The exact bytes of a record",
        params: IdPath,
        response: {
          200: {
            description: "as it was signed; application/json or application/octet-stream",
            content: {
              "application/json": { schema: Type.Unsafe<unknown>({}) },
              "application/octet-stream": { schema: Type.String({ format: "binary" }) },
            },
          },
        },
      },
    },
    async ({ params }, reply) => {
      const id = readHash(params.id, "a record is named by the id of its transaction, 64 hex digits");
      const found = pending.get(id) ?? (await chain.transaction(id))?.item;
      if (found === undefined) throw missing(ports, id);
      const { mediaType, data } = readRecord(found);
      reply.header(
        "content-disposition",
        `inline; filename="${toHex(id).slice(0, 16)}.${mediaType === 0 ? "json" : "bin"}"`,
      );
      // A Buffer is sent as it is; the type without a charset, since the bytes are not ours to interpret.
      reply.header("content-type", mediaType === 0 ? "application/json" : "application/octet-stream");
      return reply.send(Buffer.from(data.buffer, data.byteOffset, data.length));
    },
  );
}

/** @throws Refusal 400 */
function readPlace(text: string): ChainPlace {
  const match = /^(\d{1,15})(?:-(\d{1,9}))?$/.exec(text);
  if (match === null) throw invalid("`from` is a height, or what `nextFrom` of another page was");
  return { height: Number(match[1]), position: match[2] === undefined ? END_OF_BLOCK : Number(match[2]) };
}

/** Null below genesis, which holds no record. */
function below({ block: { height }, index }: IncludedTransaction): string | null {
  if (index > 0) return `${height}-${index - 1}`;
  return height > 1 ? String(height - 1) : null;
}

function readRecord(item: PreparedTransaction): { readonly mediaType: 0 | 1; readonly data: Uint8Array } {
  const record = item.transaction.kind === KIND_RECORD ? decodeRecord(item.transaction.payload) : err(null);
  if (!record.ok) throw notFound(`transaction ${toHex(item.id)} is not a record`);
  return record.value;
}
