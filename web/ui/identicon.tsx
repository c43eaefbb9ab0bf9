/** A small symmetric picture of a text, so that two addresses can be told apart at a glance. */
const SIDE = 5;

/** FNV-1a with a final mix; looks only, nothing depends on it being hard to invert. */
function mixText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}

export function Identicon({ value, size = 18 }: { readonly value: string; readonly size?: number }) {
  const bits = mixText(value);
  const hue = mixText(`${value}/hue`) % 360;
  const cells: string[] = [];
  for (let row = 0; row < SIDE; row++)
    for (let column = 0; column < 3; column++)
      if ((bits >>> (row * 3 + column)) & 1) {
        cells.push(`M${column} ${row}h1v1h-1z`);
        if (column < 2) cells.push(`M${SIDE - 1 - column} ${row}h1v1h-1z`);
      }
  return (
    <svg
      width={size}
      height={size}
      viewBox="-0.75 -0.75 6.5 6.5"
      aria-hidden="true"
      className="shrink-0 rounded-[3px] bg-sunken"
      shapeRendering="crispEdges"
    >
      <path d={cells.join("")} fill={`hsl(${hue} 52% 50%)`} />
    </svg>
  );
}
