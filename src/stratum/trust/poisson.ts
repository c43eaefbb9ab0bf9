/** Statistics of rare events, in floating point: nothing of it is money. */

/** Sums run so far; beyond, the normal law is as good. */
const EXACT_LIMIT = 10_000;

/**
 * Exact lower tail of the Poisson law.
 * @param mean at least 0
 * @returns P(X ≤ count)
 */
export function poissonAtMost(count: number, mean: number): number {
  if (count < 0) return 0;
  if (mean === 0) return 1;
  if (mean > EXACT_LIMIT) return 1 - normalTail((count + 0.5 - mean) / Math.sqrt(mean));
  // From the largest term downwards, in logarithms, so that nothing underflows.
  const from = Math.min(count, Math.floor(mean));
  const largest = from * Math.log(mean) - mean - logFactorial(from);
  let sum = 0;
  let term = 1;
  for (let i = from; i >= 0 && term > 1e-18; i--) {
    sum += term;
    term *= i / mean;
  }
  term = 1;
  for (let i = from + 1; i <= count && term > 1e-18 * sum; i++) {
    term *= mean / i;
    sum += term;
  }
  return Math.min(1, Math.exp(largest) * sum);
}

/** P(X ≥ count) */
export function poissonAtLeast(count: number, mean: number): number {
  if (count <= 0) return 1;
  if (mean > EXACT_LIMIT) return normalTail((count - 0.5 - mean) / Math.sqrt(mean));
  if (count <= mean) return 1 - poissonAtMost(count - 1, mean);
  let term = Math.exp(count * Math.log(mean) - mean - logFactorial(count));
  let sum = 0;
  for (let i = count; term > 1e-18 * sum && term > 0; i++) {
    sum += term;
    term *= mean / (i + 1);
  }
  return Math.min(1, sum);
}

/**
 * Counts that are not surprising: less than (1 − level) / 2 of the probability lies below `low`, and no more above `high`.
 * @param level e.g. 0.95
 */
export function poissonBand(mean: number, level: number): { readonly low: number; readonly high: number } {
  const side = (1 - level) / 2;
  const width = Math.ceil(10 + 12 * Math.sqrt(mean));
  const low = firstWhere(
    Math.max(0, Math.floor(mean) - width),
    Math.floor(mean) + 1,
    (count) => poissonAtMost(count, mean) > side,
  );
  const high = firstWhere(low, Math.ceil(mean) + width, (count) => poissonAtLeast(count + 1, mean) <= side);
  return { low, high };
}

/** Upper tail of the standard normal law, with a relative error below 10^-6 for z up to 30. */
export function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z > 3) {
    // Laplace's continued fraction, from its far end.
    let fraction = z;
    for (let k = 60; k >= 1; k--) fraction = z + k / fraction;
    return density / fraction;
  }
  let sum = z;
  for (let k = 1, term = z; term > 1e-17; k++) {
    term *= (z * z) / (2 * k + 1);
    sum += term;
  }
  return Math.max(0, 0.5 - density * sum);
}

/** The smallest count of the range for which it holds; it holds for all after. */
function firstWhere(from: number, to: number, holds: (count: number) => boolean): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Exact by sum for small n, by Stirling's series above. */
function logFactorial(n: number): number {
  if (n < 32) {
    let sum = 0;
    for (let i = 2; i <= n; i++) sum += Math.log(i);
    return sum;
  }
  return n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + 1 / (12 * n) - 1 / (360 * n ** 3);
}
