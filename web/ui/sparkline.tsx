/** A trend without axes; the numbers beside it say the rest. */
const WIDTH = 100;
const HEIGHT = 28;

export function Sparkline({ values, label }: { readonly values: readonly number[]; readonly label: string }) {
  if (values.length < 2) return <div className="h-7" aria-hidden="true" />;
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const points = values.map(
    (value, i) => [(i / (values.length - 1)) * WIDTH, HEIGHT - 3 - ((value - low) / span) * (HEIGHT - 6)] as const,
  );
  const line = points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
      className="h-7 w-full"
    >
      <path d={`${line}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z`} className="fill-ink-faint opacity-12" />
      <path d={line} fill="none" strokeWidth="1.4" vectorEffect="non-scaling-stroke" className="stroke-ink-faint" />
    </svg>
  );
}
