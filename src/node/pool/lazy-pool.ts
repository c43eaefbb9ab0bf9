/** The pool's doors. What lies behind, databases above all, is loaded when one of them is opened. */
import type { AuditOptions, PoolAudit } from "./audit.ts";
import type { PoolOptions, PoolOwner } from "./options.ts";
import type { PoolSurroundings, RunningPool } from "./start-pool.ts";

/** @throws OperationError that says what stands in the way; ApiError when the node cannot be reached */
export async function startPool(
  options: PoolOptions,
  owner: PoolOwner,
  given?: PoolSurroundings,
): Promise<RunningPool> {
  return (await import("./start-pool.ts")).startPool(options, owner, given);
}

/** Whether a pool counted, divided and paid as it promised, seen from outside. @throws ApiError */
export async function auditPool(options: AuditOptions): Promise<PoolAudit> {
  return (await import("./audit.ts")).auditPool(options);
}
