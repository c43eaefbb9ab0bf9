import { ATOMS_PER_COIN } from "#model";
import { cx } from "./cx.ts";

const DECIMALS = 8;

/** Whole coins with thin groups, and the fraction without its trailing zeros. */
function splitAmount(atoms: bigint): { readonly whole: string; readonly fraction: string } {
  const size = atoms < 0n ? -atoms : atoms;
  const whole = (size / ATOMS_PER_COIN).toString().replace(/\B(?=(\d{3})+$)/g, "\u202f");
  const fraction = (size % ATOMS_PER_COIN).toString().padStart(DECIMALS, "0").replace(/0+$/, "");
  return { whole: atoms < 0n ? `−${whole}` : whole, fraction };
}

export interface AmountProps {
  readonly atoms: bigint;
  /** On the decimal point: the fraction always takes the room of eight digits. */
  readonly aligned?: boolean;
  /** Aligned, at the end of a column of its own: for amounts under each other outside a table. */
  readonly column?: boolean;
  /** Gains with a plus. */
  readonly signed?: boolean;
  readonly unit?: boolean;
}

export function Amount({ atoms, column = false, aligned = column, signed = false, unit = true }: AmountProps) {
  const { whole, fraction } = splitAmount(atoms);
  return (
    <span
      className={cx("tabular whitespace-nowrap", column && "inline-block w-56 max-w-full text-right")}
      title={`${atoms} atoms`}
    >
      {signed && atoms > 0n ? "+" : ""}
      {whole}
      <span className="text-ink-soft">
        {fraction === "" ? (aligned ? "\u2008" : "") : `.${fraction}`}
        {aligned ? <span aria-hidden="true">{"\u2007".repeat(DECIMALS - fraction.length)}</span> : null}
      </span>
      {unit ? <span className="font-sans text-ink-faint text-xs"> coins</span> : null}
    </span>
  );
}
