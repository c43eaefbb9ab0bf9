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
const sodium = require("sodium-native");
parentPort.on("message", () => {
  const { messages, signatures, keys } = workerData;
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

/** Checks per second of a workload's signatures, by two threads together. */
export function bareRateOf(work: Workload, quick: boolean): Promise<number> {
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
  return bareVerificationRate({
    messages: sample.map((one) => Buffer.from(one.message)),
    signatures: sample.map((one) => Buffer.from(one.signature)),
    keys: sample.map((one) => Buffer.from(one.key)),
  });
}

/** @returns checks per second of two threads together */
async function bareVerificationRate(work: SignedMessages, rounds = 3): Promise<number> {
  const workers = [0, 1].map(() => new Worker(SOURCE, { eval: true, workerData: work }));
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
  let checked = 0;
  for (let i = 0; i < rounds; i++) for (const count of await round()) checked += count;
  const rate = checked / ((performance.now() - begin) / 1_000);
  await Promise.all(workers.map((worker) => worker.terminate()));
  return rate;
}
