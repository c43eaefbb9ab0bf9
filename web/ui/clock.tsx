import { useSyncExternalStore } from "react";

/** One timer for all relative times on a page; it runs only while something shows one. */
function createTicker(periodMs: number): { subscribe(changed: () => void): () => void; nowMs(): number } {
  const watchers = new Set<() => void>();
  let now = Date.now();
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    nowMs: () => now,
    subscribe(changed) {
      watchers.add(changed);
      timer ??= setInterval(() => {
        now = Date.now();
        for (const watcher of watchers) watcher();
      }, periodMs);
      return () => {
        watchers.delete(changed);
        if (watchers.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}

const ticker = createTicker(1000);

/** The time in milliseconds, renewed every second. */
export function useNowMs(): number {
  return useSyncExternalStore(ticker.subscribe, ticker.nowMs);
}
