import { ATOMS_PER_COIN } from "#model";

const DECIMALS = 8;

/** Whole coins with thin groups, and the fraction without its trailing zeros. */
function splitAmount(atoms: bigint): { readonly whole: string; readonly fraction: string } {
  const size = atoms < 0n ? -atoms : atoms;
  const whole = (size / ATOMS_PER_COIN).toString().replace(/\B(?=(\d{3})+$)/g, "\u202f");
  const fraction = (size % ATOMS_PER_COIN).toString().padStart(DECIMALS, "0").replace(/0+$/, "");
  return { whole: atoms < 0n ? `−${whole}` : whole, fraction };
}

/** Aligned on the decimal point when `aligned`: the fraction always takes the room of eight digits. */
export function Amount({
  atoms,
  aligned,
  signed,
  unit = true,
}: {
  readonly atoms: bigint;
  readonly aligned?: boolean;
  readonly signed?: boolean;
  readonly unit?: boolean;
}) {
  const { whole, fraction } = splitAmount(atoms);
  const sign = signed && atoms > 0n ? "+" : "";
  return (
    <span className="whitespace-nowrap tabular" title={`${atoms} atoms`}>
      {sign}
      {whole}
      <span className="text-ink-soft">
        {fraction === "" ? (aligned ? "\u2008" : "") : `.${fraction}`}
        {aligned ? <span aria-hidden="true">{"\u2007".repeat(DECIMALS - fraction.length)}</span> : null}
      </span>
      {unit ? <span className="ml-1 font-sans text-ink-faint text-xs">AGN</span> : null}
    </span>
  );
}
