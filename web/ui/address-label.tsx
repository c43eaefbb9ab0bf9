import { Hash } from "./hash.tsx";
import { Identicon } from "./identicon.tsx";

/** An address as a picture, a name if it has one, and its shortened text; always a link to the account. */
export function AddressLabel({
  address,
  name,
  full,
  copy,
}: {
  readonly address: string;
  readonly name?: string | undefined;
  readonly full?: boolean;
  readonly copy?: boolean;
}) {
  return (
    <span className="inline-flex min-w-0 items-center gap-2">
      <Identicon value={address} />
      {name === undefined ? null : <span className="font-medium">{name}</span>}
      <Hash
        value={address}
        to={`/accounts/${address}`}
        keep={name === undefined ? 8 : 5}
        full={full ?? false}
        copy={copy ?? false}
        what="address"
      />
    </span>
  );
}
