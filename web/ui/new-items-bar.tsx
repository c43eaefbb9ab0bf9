import { formatCount } from "./format.ts";
import { Icon } from "./icon.tsx";

/** New rows wait here, so that nothing moves under the pointer. */
export function NewItemsBar({
  count,
  what,
  show,
}: {
  readonly count: number;
  /** One of them. */
  readonly what: string;
  readonly show: () => void;
}) {
  if (count <= 0) return null;
  return (
    <button
      type="button"
      onClick={show}
      className="flex w-full items-center justify-center gap-1.5 border-line border-b bg-accent-soft py-1.5 font-medium text-accent text-xs hover:underline"
    >
      <Icon name="arrowUp" size={13} />
      {formatCount(count)} new {count === 1 ? what : `${what}s`}
    </button>
  );
}
