/** The one seed of a test run: from AGON_SEED, else drawn by vitest.config.ts, and printed when something fails. */
export const testSeed: number = Number.parseInt(process.env.AGON_SEED ?? "1", 10) >>> 0;

/** How many times more cases than usual a property is tried; `npm run fuzz` raises it. */
export const fuzzFactor: number = Math.max(1, Number.parseInt(process.env.AGON_FUZZ ?? "1", 10) || 1);
