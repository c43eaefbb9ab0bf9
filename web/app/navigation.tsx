import { Link } from "@tanstack/react-router";
import { useStatus } from "../client/index.ts";
import { Icon, type IconName } from "../ui/index.ts";

interface Place {
  readonly to: string;
  readonly label: string;
  readonly icon: IconName;
  /** Left out of the bottom bar, which has room for seven; another page leads to it. */
  readonly wideOnly?: boolean;
  /** Only on chains, or behind servers, that have it. */
  readonly feature?: "mining" | "validators" | "pool";
  /** Left out of the bottom bar where there is this feature, which takes the room. */
  readonly yieldsTo?: "pool";
}

const PLACES: readonly Place[] = [
  { to: "/", label: "Overview", icon: "overview" },
  { to: "/blocks", label: "Blocks", icon: "blocks" },
  { to: "/mempool", label: "Mempool", icon: "mempool" },
  { to: "/mining", label: "Mining", icon: "pick", feature: "mining" },
  { to: "/pool", label: "Pool", icon: "pool", feature: "pool" },
  { to: "/validators", label: "Validators", icon: "validators", feature: "validators" },
  { to: "/epochs", label: "Epochs", icon: "epochs", feature: "validators", wideOnly: true },
  { to: "/records", label: "Records", icon: "record", yieldsTo: "pool" },
  { to: "/network", label: "Network", icon: "network" },
  { to: "/accounts", label: "Accounts", icon: "accounts", wideOnly: true },
  { to: "/wallet", label: "Wallet", icon: "wallet" },
];

/** As many as are known: what the chain has besides comes with the first answer. */
function usePlaces(): readonly Place[] {
  const { data: status } = useStatus();
  return PLACES.filter(({ feature }) => feature === undefined || status?.features.includes(feature));
}

/** Down the left side; icons alone where there is little room. */
export function Rail() {
  return (
    <nav
      aria-label="Main"
      className="fixed inset-y-0 left-0 z-20 flex w-15 flex-col gap-1 border-line border-r bg-card px-2.5 py-3 max-md:hidden xl:w-50"
    >
      <Link to="/" className="mb-3 flex h-9 items-center gap-2.5 px-1.5" aria-label="Agon, overview">
        <Mark />
        <span className="font-semibold text-lg tracking-tight max-xl:hidden">Agon</span>
      </Link>
      {usePlaces().map((place) => (
        <Link
          key={place.to}
          to={place.to}
          title={place.label}
          activeOptions={{ exact: place.to === "/" }}
          className="flex h-9 items-center gap-2.5 rounded-control px-2.5 text-ink-soft text-sm transition-colors hover:bg-sunken hover:text-ink aria-[current=page]:bg-sunken aria-[current=page]:font-medium aria-[current=page]:text-ink"
        >
          <Icon name={place.icon} size={17} />
          <span className="max-xl:sr-only">{place.label}</span>
        </Link>
      ))}
      <a
        href="/docs"
        title="API"
        className="mt-auto flex h-9 items-center gap-2.5 rounded-control px-2.5 text-ink-faint text-sm hover:bg-sunken hover:text-ink"
      >
        <Icon name="info" size={17} />
        <span className="max-xl:sr-only">API reference</span>
      </a>
    </nav>
  );
}

/**
 * Along the bottom of a phone. Not quite opaque: browsers that draw without a graphics card lose a part of a WebGL
 * picture that something opaque covers from below.
 */
export function BottomBar() {
  const all = usePlaces();
  const places = all.filter(
    ({ wideOnly, yieldsTo }) => !wideOnly && !(yieldsTo && all.some(({ feature }) => feature === yieldsTo)),
  );
  return (
    <nav
      aria-label="Main"
      className="fixed inset-x-0 bottom-0 z-20 grid auto-cols-[minmax(0,1fr)] grid-flow-col border-line border-t bg-card/94 backdrop-blur-sm pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {places.map((place) => (
        <Link
          key={place.to}
          to={place.to}
          activeOptions={{ exact: place.to === "/" }}
          className="flex h-15 flex-col items-center justify-center gap-1 text-2xs text-ink-faint -outline-offset-2 aria-[current=page]:font-medium aria-[current=page]:text-ink"
        >
          <Icon name={place.icon} size={19} />
          {place.label}
        </Link>
      ))}
    </nav>
  );
}

function Mark() {
  return (
    <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true" className="shrink-0">
      <rect width="32" height="32" rx="8" className="fill-ink" />
      <path d="M16 6 26 25h-4.6l-2-4h-6.8l-2 4H6Zm0 7.6L14.2 17.400h3.6Z" className="fill-accent-fill" />
    </svg>
  );
}
