/** Transactions: taken in and shown. */
import { Type } from "typebox";
import { type ErrorBody, SignedTransaction, type SubmitOutcome, SubmitResult, Transaction } from "#api/contract";
import { type App, invalid, Refusal } from "#api/server";
import { type Result, toHex } from "#base";
import { decodeParts } from "#model";
import { describeFault } from "./fault-words.ts";
import { missing } from "./missing-transaction.ts";
import { parseTransaction } from "./parse-transaction.ts";
import type { NodePorts } from "./ports.ts";
import { IdPath, readHash } from "./route-inputs.ts";
import { showIncluded, showPending } from "./show-transaction.ts";

export interface SubmitLimits {
  /** Transactions in one request. */
  readonly maxTransactions: number;
  readonly maxBodyBytes: number;
}

export function addTransactionRoutes(app: App, ports: NodePorts, limits: SubmitLimits): void {
  const { chain, pending, orders } = ports;
  const tags = ["transactions"];
  const prefix = chain.spec.addressPrefix;

  app.post(
    "/v1/transactions",
    {
      bodyLimit: limits.maxBodyBytes,
      // The body is looked at below: bytes are only cut, and of a JSON list each element is judged by itself.
      validatorCompiler: () => () => true,
      schema: {
        tags,
        summary: "Submit signed transactions",
        description:
          "JSON: one transaction or an array. application/octet-stream: one canonical transaction, or the SSZ list of many. One outcome for each, in order; an id means that the transaction is kept even if this node is killed now.",
        body: {
          content: {
            "application/json": {
              schema: Type.Union([
                SignedTransaction,
                Type.Array(SignedTransaction, { minItems: 1, maxItems: limits.maxTransactions }),
              ]),
            },
            "application/octet-stream": { schema: Type.Unsafe<Uint8Array>(Type.String({ format: "binary" })) },
          },
        },
        response: { 202: SubmitResult },
      },
    },
    async ({ body }, reply) => {
      reply.code(202);
      if (body instanceof Uint8Array) {
        const outcomes = await orders.submit(cutBody(body, limits.maxTransactions));
        return { results: outcomes.map(showOutcome) };
      }
      return { results: await submitJson(ports, readJson(body, prefix, limits.maxTransactions)) };
    },
  );
  app.get(
    "/v1/transactions/:id",
    { schema: { tags, summary: "A transaction and where it stands", params: IdPath, response: { 200: Transaction } } },
    async ({ params }): Promise<Transaction> => {
      const id = readHash(params.id, "a transaction is named by its id, 64 hex digits");
      const showing = { prefix, isWhole: true };
      const waiting = pending.get(id);
      if (waiting !== null) return showPending(waiting, showing);
      const included = await chain.transaction(id);
      if (included !== null) return showIncluded(included, chain.head().header.height, showing);
      throw missing(ports, id);
    },
  );
}

/** A transaction begins with its version, 1; a list with an offset, a multiple of four. */
function cutBody(body: Uint8Array, maxTransactions: number): readonly Uint8Array[] {
  if (body.length === 0) throw invalid("the body is empty");
  if ((body[0]! & 3) !== 0) return [body];
  const parts = decodeParts(body, maxTransactions);
  if (parts !== null) return parts;
  const announced = body.length < 4 ? 0 : new DataView(body.buffer, body.byteOffset, 4).getUint32(0, true) / 4;
  if (announced > maxTransactions && 4 * announced <= body.length) throw tooMany(maxTransactions);
  throw invalid("the body is neither a canonical transaction nor an SSZ list of them: its offsets are wrong");
}

function readJson(body: unknown, prefix: string, maxTransactions: number): readonly Result<Uint8Array, ErrorBody>[] {
  if (!Array.isArray(body)) {
    const one = parseTransaction(body, prefix);
    if (!one.ok) throw new Refusal(400, one.error.code, one.error.message, one.error.details);
    return [one];
  }
  if (body.length === 0) throw invalid("the array is empty");
  if (body.length > maxTransactions) throw tooMany(maxTransactions);
  return body.map((value) => parseTransaction(value, prefix));
}

async function submitJson(
  { orders }: NodePorts,
  parsed: readonly Result<Uint8Array, ErrorBody>[],
): Promise<SubmitOutcome[]> {
  const good = parsed.filter((one) => one.ok);
  const outcomes = good.length === 0 ? [] : await orders.submit(good.map(({ value }) => value));
  const results = outcomes.values();
  return parsed.map((one) => (one.ok ? showOutcome(results.next().value!) : { error: one.error }));
}

function showOutcome(outcome: Awaited<ReturnType<NodePorts["orders"]["submit"]>>[number]): SubmitOutcome {
  return outcome.ok ? { id: toHex(outcome.value) } : { error: describeFault(outcome.error) };
}

function tooMany(maxTransactions: number): Refusal {
  return new Refusal(413, "too-many-transactions", `at most ${maxTransactions} transactions fit into one request`);
}
