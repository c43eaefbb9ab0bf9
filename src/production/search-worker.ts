/** A thread that searches. */
import { setPriority } from "node:os";
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import type { SearchRequest } from "./miner/search-protocol.ts";
import { createSearchServer } from "./miner/search-server.ts";

/** A third of what others get of a core that all want. */
const NICENESS = 5;

if (parentPort !== null) {
  const port = parentPort;
  giveWay();
  const serve = createSearchServer(workerData as Int32Array, (answer) => port.postMessage(answer));
  // What waits already is taken without a turn of the event loop.
  const next = (): { readonly message: SearchRequest } | undefined => receiveMessageOnPort(port);
  port.on("message", (request: SearchRequest) => {
    serve(request);
    for (let more = next(); more !== undefined; more = next()) serve(more.message, false);
  });
}

/**
 * Of a core that is wanted by others too, a search takes what they leave: it would else keep the node, and the thread that
 * takes its own new work, waiting. Only Linux does this by the thread; elsewhere it would be the whole process.
 */
function giveWay(): void {
  if (process.platform !== "linux") return;
  try {
    setPriority(NICENESS);
  } catch {
    // Not permitted here: it searches all the same.
  }
}
