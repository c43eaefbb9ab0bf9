/** A pool's Stratum server alone, in a process of its own, as something to be put under load. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { LoadTarget, PoolUsage } from "./pool-load.ts";

export interface StubOptions {
  /** Time between new heads; 0 for none. */
  readonly headMs: number;
  /** A server that only answers. */
  readonly floor?: boolean;
}

export async function startStub({ headMs, floor = false }: StubOptions): Promise<LoadTarget> {
  const child = fork(join(import.meta.dirname, "pool-child.ts"), [floor ? "floor" : "pool", String(headMs)], {
    execArgv: ["--expose-gc"],
  });
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  return {
    port,
    async usage(collect) {
      child.send({ collect });
      return (await once(child, "message"))[0] as PoolUsage;
    },
    async stop() {
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}
