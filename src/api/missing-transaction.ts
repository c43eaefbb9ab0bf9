import { notFound, Refusal } from "#api/server";
import { type TransactionId, toHex } from "#base";
import type { NodePorts } from "./ports.ts";

/** Why there is no such transaction here. */
export function missing({ pending }: NodePorts, id: TransactionId): Refusal {
  const dropped = pending.dropped(id);
  const name = toHex(id);
  if (dropped === null) return notFound(`transaction ${name} is neither on the chain nor pending`);
  return new Refusal(404, "transaction-dropped", `transaction ${name} was dropped: ${dropped.reason}`, {
    reason: dropped.reason,
  });
}
