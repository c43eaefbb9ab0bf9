/** A thread that searches. */
import { constants, setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import { createSearchServer } from "./miner/search-server.ts";

if (parentPort !== null) {
  const port = parentPort;
  giveWay();
  port.on(
    "message",
    createSearchServer(workerData as Int32Array, (answer) => port.postMessage(answer)),
  );
}

/**
 * Of a core that is wanted by others too, a search takes what they leave: it would else keep the node, and the thread that
 * takes its own new work, waiting. Only Linux does this by the thread; elsewhere it would be the whole process.
 */
function giveWay(): void {
  if (process.platform !== "linux") return;
  try {
    setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Not permitted here: it searches all the same.
  }
}
