/** Rates, counts and times of mining, as people read them. */
const STEPS = ["", "k", "M", "G", "T", "P", "E"] as const;
const UNITS_S = [
  [86_400 * 365, "years"],
  [86_400, "days"],
  [3_600, "h"],
  [60, "min"],
] as const;

/** "14.2 M" */
export function scaled(value: number): string {
  let rest = value;
  let step = 0;
  while (rest >= 999.5 && step < STEPS.length - 1) {
    rest /= 1_000;
    step++;
  }
  const digits = rest >= 99.5 || step === 0 ? 0 : rest >= 9.95 ? 1 : 2;
  return `${rest.toFixed(digits)} ${STEPS[step]}`;
}

export function hashRate(perSecond: number): string {
  return `${scaled(perSecond)}H/s`;
}

/** "42 s", "3.5 h"; of what may never happen "–". */
export function span(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  for (const [unitS, name] of UNITS_S)
    if (seconds >= 2 * unitS) {
      const count = seconds / unitS;
      return `${count < 10 ? count.toFixed(1) : count < 1e6 ? Math.round(count) : count.toExponential(1)} ${name}`;
    }
  return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
}

/** Small ones too: 0.00052. */
export function difficulty(value: number): string {
  if (value >= 1_000) return scaled(value).trimEnd();
  return String(Number(value.toPrecision(3)));
}
