/** The floor under everything that carries transactions: bare signature checks on two threads in batches. */
import { Worker } from "node:worker_threads";

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

export interface SignedMessages {
  readonly messages: Uint8Array[];
  readonly signatures: Uint8Array[];
  readonly keys: Uint8Array[];
}

/** @returns checks per second of two threads together */
export async function bareVerificationRate(work: SignedMessages, rounds = 3): Promise<number> {
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
