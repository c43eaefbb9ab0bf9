import { Icon } from "../ui/index.ts";

/** Beside a fee that nobody can mean; nothing otherwise. */
export function HighFeeWarning({ times }: { readonly times: bigint | null }) {
  if (times === null) return null;
  return (
    <p role="alert" className="flex items-center gap-2 text-bad text-sm">
      <Icon name="alert" />
      This fee is {times.toLocaleString("en")} times the least that the chain takes. It is not given back.
    </p>
  );
}
