/** A node as a process of its own, for benchmarks: told its configuration as JSON, it answers with where it listens. */
import { loadConfig, startNode } from "#node";

const flags = JSON.parse(process.argv[2] ?? "{}");
const node = await startNode(loadConfig({ flags }));
process.send?.({ api: node.api.url, token: node.api.token, p2p: node.p2p });
process.on("SIGTERM", () => void node.stop());
process.on("disconnect", () => void node.stop());
await node.closed;
process.exit(0);
