/** A verification worker: reads a slot, answers in it, says so. */
import { parentPort, workerData } from "node:worker_threads";
import { asHash, assertInvariant } from "#base";
import { answerSlot, slotsOf } from "./slots.ts";
import { transactionVerifier } from "./transaction-verifier.ts";

export interface WorkerSetup {
  readonly memory: SharedArrayBuffer;
  readonly slotBytes: number;
  readonly chainId: Uint8Array;
}
export interface WorkerTask {
  readonly slot: number;
  readonly n: number;
}
/** `ready` once, then the slot of each task, in order. */
export type WorkerMessage = "ready" | number;

const { memory, slotBytes, chainId } = workerData as WorkerSetup;
const slots = slotsOf(memory, slotBytes);
const verify = transactionVerifier(asHash(chainId));
const port = parentPort;
assertInvariant(port !== null, "a verification worker runs in a thread of its own");

port.on("message", ({ slot, n }: WorkerTask) => {
  answerSlot(slots[slot]!, n, verify);
  port.postMessage(slot satisfies WorkerMessage);
});
port.postMessage("ready" satisfies WorkerMessage);
