/** Which node a request is about. */
import { notFound, Refusal } from "#api/server";
import type { Fleet } from "../fleet.ts";
import type { NodeProcess } from "../node-process.ts";

/** @throws Refusal `not-found` */
export function namedNode(fleet: Fleet, name: string): NodeProcess {
  const node = fleet.find(name);
  if (node !== null) return node;
  throw notFound(
    `the devnet has no node ${name.slice(0, 40)}; it has ${fleet.nodes.map((one) => one.name).join(", ")}`,
  );
}

/** @throws Refusal `not-found`, or `node-not-running` */
export function runningNode(fleet: Fleet, name: string | undefined): NodeProcess {
  const node = name === undefined ? fleet.firstRunning() : namedNode(fleet, name);
  if (node === null) throw new Refusal(503, "node-not-running", "no node of the devnet runs");
  if (node.state === "running") return node;
  throw new Refusal(503, "node-not-running", `${node.name} does not run: it is ${node.state}`);
}
