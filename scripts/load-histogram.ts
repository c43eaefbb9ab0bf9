/** Of constant size, for runs of hours. */
export interface Histogram {
  add(ms: number): void;
  /** @param share from 0 to 1; so many lie below, within 0.02 ms */
  percentile(share: number): number;
}

export function createHistogram(): Histogram {
  const perMs = 50;
  const counts = new Uint32Array(perMs * 20_000);
  let total = 0;
  return {
    add(ms) {
      counts[Math.min(counts.length - 1, Math.floor(ms * perMs))]!++;
      total++;
    },
    percentile(share) {
      let left = Math.max(1, Math.ceil(total * share));
      const at = counts.findIndex((count) => {
        left -= count;
        return left <= 0;
      });
      return (at + 1) / perMs;
    },
  };
}
