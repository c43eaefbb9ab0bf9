import { useNowMs } from "./clock.tsx";
import { Icon } from "./icon.tsx";
import { relativeTime } from "./time-ago.tsx";

/** Shown while the event stream is lost: what is on the page may be old. */
export function StaleMarker({ sinceMs }: { readonly sinceMs: number }) {
  const now = useNowMs();
  return (
    <div
      role="status"
      className="flex items-center justify-center gap-2 border-line border-b bg-warn-soft px-4 py-1.5 text-warn text-xs"
    >
      <Icon name="alert" size={14} />
      <span>
        Connection lost; the page was last up to date {relativeTime(sinceMs, Math.max(now, sinceMs))}. Trying again.
      </span>
    </div>
  );
}
