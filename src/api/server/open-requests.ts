/** Requests that have come and are not answered to the end, streams included. */
import type { Clock } from "#base";
import type { App } from "./app.ts";

export interface OpenRequests {
  /** Resolves when none is open, or after `limitMs`. */
  within(limitMs: number): Promise<void>;
}

export function watchOpenRequests(app: App, clock: Clock): OpenRequests {
  let open = 0;
  let whenNone = (): void => {};
  app.addHook("onRequest", async (_request, reply) => {
    open++;
    reply.raw.once("close", () => {
      open--;
      if (open === 0) whenNone();
    });
  });
  return {
    within: (limitMs) =>
      new Promise((resolve) => {
        if (open === 0) return resolve();
        const cancel = clock.after(limitMs, resolve);
        whenNone = () => {
          cancel();
          resolve();
        };
      }),
  };
}
