/** A thread that searches. */
import { parentPort, workerData } from "node:worker_threads";
import { createSearchServer } from "./miner/search-server.ts";

if (parentPort !== null) {
  const port = parentPort;
  port.on(
    "message",
    createSearchServer(workerData as Int32Array, (answer) => port.postMessage(answer)),
  );
}
