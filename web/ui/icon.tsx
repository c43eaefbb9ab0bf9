/** Line icons on a 20-unit grid; always beside a word or with a label on their button. */
const PATHS = {
  overview: "M3 3h6v7H3zM11 3h6v4h-6zM11 9h6v8h-6zM3 12h6v5H3z",
  blocks: "M10 2.5 16.5 6v8L10 17.5 3.5 14V6zM3.5 6 10 9.5 16.5 6M10 9.5v8",
  mempool: "M3 5h14M3 10h14M3 15h8",
  network:
    "M10 5.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM4 17a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM16 17a2 2 0 1 0 0-4 2 2 0 0 0 0 4ZM9 5.3 5 13.2M11 5.3l4 7.9M6 15h8",
  wallet: "M3 6.5h13a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1zM3 6.5V5a1 1 0 0 1 1-1h10M13.5 11.5h.01",
  accounts: "M10 9.5a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4ZM3.5 17c.5-3.4 3.2-5.2 6.5-5.2s6 1.8 6.5 5.2",
  record: "M5 2.5h7l3.5 3.5v11.5h-10.5zM12 2.5V6h3.5M8 10h5M8 13.5h5",
  search: "M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12ZM13.5 13.5 17.5 17.5",
  copy: "M7 7h9v10H7zM4 13V3h9",
  check: "M4 10.5 8.2 14.7 16.2 5.8",
  cross: "M5 5l10 10M15 5 5 15",
  alert: "M10 3 18 16.5H2zM10 8v4M10 14.2h.01",
  info: "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15ZM10 9.2v4.3M10 6.5h.01",
  clock: "M10 17.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15ZM10 6v4.3l2.7 1.6",
  sun: "M10 13.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM10 1.8v2M10 16.2v2M1.8 10h2M16.2 10h2M4.2 4.2l1.4 1.4M14.4 14.4l1.4 1.4M4.2 15.8l1.4-1.4M14.4 5.6l1.4-1.4",
  moon: "M16.5 12.2A7 7 0 0 1 7.8 3.5a7 7 0 1 0 8.7 8.7Z",
  system: "M3 4h14v9H3zM7.5 16.5h5M10 13v3.5",
  arrowRight: "M4 10h12M11.5 5.5 16 10l-4.5 4.5",
  arrowLeft: "M16 10H4M8.5 5.5 4 10l4.5 4.5",
  arrowUp: "M10 16V4M5.5 8.5 10 4l4.5 4.5",
  arrowDown: "M10 4v12M5.5 11.5 10 16l4.5-4.5",
  chevron: "M7.5 4.5 13 10l-5.5 5.5",
  play: "M6 4l10 6-10 6z",
  stop: "M5 5h10v10H5z",
  pick: "M3.5 16.5 11 9M6 4.2c4-1.6 8.2 .6 9.8 9.8M9.5 10.5 15.5 4.5",
  pool: "M2.5 6.5c2.5-2 5-2 7.5 0s5 2 7.5 0M2.5 10.5c2.5-2 5-2 7.5 0s5 2 7.5 0M2.5 14.5c2.5-2 5-2 7.5 0s5 2 7.5 0",
  power: "M10 3v7M6 5.5a6.2 6.2 0 1 0 8 0",
  fork: "M6 4v12M6 10c5 0 8-1 8-5M6 17.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3ZM6 5.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3ZM14 5.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3Z",
  pulse: "M2.5 10.5h3.5l2-6 4 11 2-5h3.5",
  lock: "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  unlock: "M5 9h10v8H5zM7 9V6a3 3 0 0 1 5.8-1",
  renew: "M16 10a6 6 0 1 1-2-4.5M14.5 2.5v3.3h-3.3",
  validators: "M10 2.5 16 5v5c0 3.7-2.4 6.4-6 7.5-3.6-1.1-6-3.8-6-7.5V5zM7.3 10l2 2 3.6-4",
  epochs: "M2.5 6h15M2.5 14h15M5 6v8M10 6v8M15 6v8",
  vote: "M3.5 11v6h13v-6M6.5 8.5l2.6 2.6 5-6",
  drop: "M10 2.5c3.3 4 5 6.4 5 9a5 5 0 0 1-10 0c0-2.6 1.7-5 5-9Z",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className="shrink-0"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
