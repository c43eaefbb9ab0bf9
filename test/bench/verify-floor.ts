/** The floor under everything that carries transactions: bare signature checks on two threads in batches. */
import { Worker } from "node:worker_threads";
import { asKey, InvariantError } from "#base";
import { decodeTransaction, signingHash } from "#model";
import { chainIdOf } from "#spec";
import type { Workload } from "./workload.ts";

const SAMPLE = 5_000;
const QUICK_SAMPLE = 500;

const SOURCE = `
const { parentPort, workerData } = require("node:worker_threads");
const { messages, signatures, keys, from } = workerData;
const sodium = require("node:module").createRequire(from)("sodium-native");
parentPort.on("message", () => {
  for (let i = 0; i < messages.length; i++)
    if (!sodium.crypto_sign_verify_detached(signatures[i], messages[i], keys[i])) throw new Error("bad");
  parentPort.postMessage(messages.length);
});
`;

interface SignedMessages {
  readonly messages: Uint8Array[];
  readonly signatures: Uint8Array[];
  readonly keys: Uint8Array[];
}

export interface Floor {
  /** Checks of two threads together. */
  readonly perSecond: number;
  /** CPU of one check: steadier than the rate while others use the machine. */
  readonly cpuMicros: number;
}

/** Runs something between two measurements of the floor, since the machine's speed drifts. */
export async function besideFloor<T>(
  work: Workload,
  quick: boolean,
  run: () => Promise<T>,
): Promise<T & { readonly floor: Floor }> {
  const before = await floorOf(work, quick);
  const measured = await run();
  const after = await floorOf(work, quick);
  const floor = {
    perSecond: (before.perSecond + after.perSecond) / 2,
    cpuMicros: (before.cpuMicros + after.cpuMicros) / 2,
  };
  return { ...measured, floor };
}

function floorOf(work: Workload, quick: boolean): Promise<Floor> {
  const chainId = chainIdOf(work.spec);
  const sample = work.transfers.slice(0, quick ? QUICK_SAMPLE : SAMPLE).map((bytes) => {
    const decoded = decodeTransaction(bytes);
    if (!decoded.ok) throw new InvariantError(decoded.error.code);
    return {
      message: signingHash(chainId, bytes),
      signature: decoded.value.signature,
      key: asKey(decoded.value.sender),
    };
  });
  return checkOnTwoThreads({
    messages: sample.map((one) => Buffer.from(one.message)),
    signatures: sample.map((one) => Buffer.from(one.signature)),
    keys: sample.map((one) => Buffer.from(one.key)),
  });
}

async function checkOnTwoThreads(work: SignedMessages, rounds = 3): Promise<Floor> {
  const workerData = { ...work, from: import.meta.filename };
  const workers = [0, 1].map(() => new Worker(SOURCE, { eval: true, workerData }));
  const round = (): Promise<number[]> =>
    Promise.all(
      workers.map(
        (worker) =>
          new Promise<number>((resolve, reject) => {
            worker.once("message", resolve);
            worker.once("error", reject);
            worker.postMessage(0);
          }),
      ),
    );
  await round();
  const begin = performance.now();
  const cpu = process.cpuUsage();
  let checked = 0;
  for (let i = 0; i < rounds; i++) for (const count of await round()) checked += count;
  const { user, system } = process.cpuUsage(cpu);
  const perSecond = checked / ((performance.now() - begin) / 1_000);
  await Promise.all(workers.map((worker) => worker.terminate()));
  return { perSecond, cpuMicros: (user + system) / checked };
}
