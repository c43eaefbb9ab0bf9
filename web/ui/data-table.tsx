import type { ReactNode } from "react";
import { cx } from "./cx.ts";
import { type RowOrder, useRowOrder } from "./row-order.ts";
import { ScrollSideways } from "./scroll-sideways.tsx";

export interface Column<T> {
  readonly key: string;
  readonly header: string;
  readonly render: (row: T) => ReactNode;
  readonly align?: "right";
  /** From which width on the column is shown; always without it. */
  readonly from?: "sm" | "md" | "lg" | "xl";
  /** The cell that names its row. */
  readonly names?: boolean;
  /** What the rows can be ordered by, largest or first letter first; the reader chooses. */
  readonly sortBy?: (row: T) => bigint | number | string;
}

const FROM = { sm: "max-sm:hidden", md: "max-md:hidden", lg: "max-lg:hidden", xl: "max-xl:hidden" } as const;

export interface DataTableProps<T> {
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string;
  readonly dense?: boolean;
  /** Rows to be marked as new for a moment. */
  readonly fresh?: (row: T) => boolean;
}

/** A table that reads well and scrolls sideways by keyboard where it must. */
export function DataTable<T>({ label, columns, rows, rowKey, dense, fresh }: DataTableProps<T>) {
  const order = useRowOrder(columns);
  return (
    <ScrollSideways label={`${label}, table`}>
      <table className="w-full border-collapse text-sm">
        <thead>
          <tr className="border-line border-b text-left text-ink-faint text-xs">
            {columns.map((column) => (
              <th
                key={column.key}
                scope="col"
                className={cellClass(column, "h-8 font-medium")}
                {...(column.sortBy === undefined ? {} : { "aria-sort": order.of(column.key) })}
              >
                {column.sortBy === undefined ? column.header : <SortButton column={column} order={order} />}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {order.apply(rows).map((row) => (
            <tr
              key={rowKey(row)}
              data-row={rowKey(row)}
              className={cx(
                "border-line border-b transition-colors last:border-b-0 hover:bg-sunken/60",
                fresh?.(row) && "animate-arrive",
              )}
            >
              {columns.map((column) => {
                const Cell = column.names ? "th" : "td";
                return (
                  <Cell
                    key={column.key}
                    {...(column.names ? { scope: "row" } : {})}
                    data-column={column.key}
                    className={cellClass(column, cx("text-left font-normal", dense ? "h-9" : "h-11"))}
                  >
                    {column.render(row)}
                  </Cell>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollSideways>
  );
}

function SortButton<T>({ column, order }: { readonly column: Column<T>; readonly order: RowOrder<T> }) {
  const direction = order.of(column.key);
  return (
    <button
      type="button"
      onClick={() => order.toggle(column.key)}
      className={cx("inline-flex items-center gap-1 hover:text-ink", direction !== "none" && "text-ink")}
    >
      {column.header}
      <span aria-hidden="true" className={cx("inline-block w-2", direction === "none" && "opacity-40")}>
        {direction === "ascending" ? "↑" : direction === "descending" ? "↓" : "↕"}
      </span>
    </button>
  );
}

function cellClass<T>(column: Column<T>, base: string): string {
  return cx(
    base,
    "whitespace-nowrap px-3 first:pl-4 last:pr-4",
    column.align === "right" && "text-right",
    column.from !== undefined && FROM[column.from],
  );
}
