/** What the console's routes share. */
import type { ChainSpec } from "#spec";
import type { AuditLog } from "../audit-log.ts";
import type { Faucet } from "../faucet.ts";
import type { Fleet } from "../fleet.ts";
import type { PoolProcess } from "../pool-process.ts";

export interface ConsoleParts {
  readonly fleet: Fleet;
  /** Null: this devnet has none. */
  readonly pool: PoolProcess | null;
  readonly audit: AuditLog;
  readonly faucet: Faucet;
  readonly spec: ChainSpec;
  /** As a node is told. */
  readonly specArgument: string;
  /** The script that runs `chain …`. */
  readonly program: string;
}
