/** A pool as its operator starts it, and what its API says about it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Client, createClient } from "#api/contract";
import { type RunningAgon, startAgon } from "./agon-process.ts";

export interface PoolUnderTest {
  readonly process: RunningAgon;
  readonly folder: string;
  /** With the token. */
  readonly client: Client;
  readonly port: number;
  /** Where it was asked for. */
  readonly tlsPort: number;
}

/** A share every 1,024 hashes or so: some dozens for a block of the test chain. */
const SHARE_DIFFICULTY = String(2 ** -22);

export async function runPool(folder: string, more: readonly string[]): Promise<PoolUnderTest> {
  const own = ["--data", folder, "--port", "0", "--api-port", "0", "--difficulty", SHARE_DIFFICULTY];
  const running = await startAgon(["pool", ...own, "--log-level", "error", ...more]);
  const token = readFileSync(join(folder, "api-token"), "utf8").trim();
  const [port = 0, tlsPort = 0] = (running.said.stratum as string[]).map((url) => Number(new URL(url).port));
  const client = createClient({ baseUrl: String(running.said.api), token, fetch, timeoutMs: 30_000 });
  return { process: running, folder, client, port, tlsPort };
}

/** Of all shares of which the pool gives receipts. */
export async function headersOf(client: Client, address: string): Promise<string[]> {
  return (await recordsOf(client, address)).map((record) => record.subarray(108, 188).toString("hex"));
}

/** What its receipts promise, after the signature of 64 bytes (RECEIPT-1). */
export async function recordsOf(client: Client, address: string): Promise<Buffer[]> {
  const records: Buffer[] = [];
  let after: string | undefined;
  do {
    const page = await client.pool.receipts({ address, ...(after === undefined ? {} : { after }) });
    records.push(...page.items.map(({ receipt }) => Buffer.from(receipt, "hex").subarray(64)));
    after = page.next ?? undefined;
  } while (after !== undefined);
  return records;
}

/** As RECEIPT-1 has it; a work of tests fits into its lower half. */
export function readRecord(record: Buffer): { readonly work: bigint; readonly rewardAtoms: bigint } {
  return { work: record.readBigUInt64LE(68), rewardAtoms: record.readBigUInt64LE(92) };
}
