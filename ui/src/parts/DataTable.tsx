import { Fragment, type KeyboardEvent, type ReactNode, useMemo, useState } from "react";

/** A column: what a cell shows, and by which value rows are put in order if they can be. */
export type Column<R> = {
  name: string;
  title: string;
  cell: (row: R) => ReactNode;
  order?: (row: R) => number | string;
  /** Numbers stand right. */
  right?: boolean;
  /** Left out where there is little room. */
  wide?: boolean;
};

/** A column of numbers, which stand right and can be put in order; `more` says what else is special about it. */
export function numbers<R>(
  name: string,
  title: string,
  value: (row: R) => number | null | undefined,
  format: (value: number | null | undefined) => string,
  more: Partial<Column<R>> = {},
): Column<R> {
  return {
    name,
    title,
    right: true,
    order: (row) => value(row) ?? Number.NEGATIVE_INFINITY,
    cell: (row) => format(value(row)),
    ...more,
  };
}

type Sorting = { by: string; down: boolean };

/**
 * Rows in a table that can be put in order. Arrow keys go from row to row, to the first link of each, which Enter follows.
 * `label` says what the rows are, for those who do not see the heading.
 */
export function DataTable<R>({
  label,
  rows,
  columns,
  identify,
  most = 200,
  detail,
}: {
  label: string;
  rows: R[];
  columns: Column<R>[];
  identify: (row: R) => string;
  most?: number;
  /** What is shown below a row that is open; undefined for the others. */
  detail?: (row: R) => ReactNode;
}) {
  const [sorting, setSorting] = useState<Sorting>();
  const [all, setAll] = useState(false);
  const sorted = useMemo(() => sort(rows, columns, sorting), [rows, columns, sorting]);
  const shown = all ? sorted : sorted.slice(0, most);
  const turn = ({ name, right }: Column<R>) =>
    setSorting((now) => (now?.by === name ? { by: name, down: !now.down } : { by: name, down: Boolean(right) }));
  // What scrolls must be reachable by keyboard; where columns can be put in order their headings are.
  const isReachable = columns.some(({ order }) => order);
  return (
    <div className="scroll-x" {...(isReachable ? {} : { tabIndex: 0 })}>
      <table className="rows" aria-label={label} onKeyDown={moveByArrows}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.name} className={classes(column)} aria-sort={said(column.name, sorting)}>
                {column.order ? (
                  <button type="button" onClick={() => turn(column)}>
                    {column.title}
                    {sorting?.by === column.name ? (sorting.down ? " ↓" : " ↑") : ""}
                  </button>
                ) : (
                  column.title
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => {
            const below = detail?.(row);
            return (
              <Fragment key={identify(row)}>
                <tr className={below ? "open" : undefined}>
                  {columns.map((column) => (
                    <td key={column.name} className={classes(column)}>
                      {column.cell(row)}
                    </td>
                  ))}
                </tr>
                {below && (
                  <tr className="detail">
                    <td colSpan={columns.length}>{below}</td>
                  </tr>
                )}
              </Fragment>
            );
          })}
        </tbody>
      </table>
      {shown.length < sorted.length && (
        <button type="button" className="button plain" onClick={() => setAll(true)}>
          Show {sorted.length - shown.length} more
        </button>
      )}
    </div>
  );
}

function classes<R>({ right, wide }: Column<R>): string {
  return `${right ? "right number" : ""}${wide ? " wide" : ""}`.trim();
}

function said(name: string, sorting: Sorting | undefined): "ascending" | "descending" | undefined {
  return sorting?.by === name ? (sorting.down ? "descending" : "ascending") : undefined;
}

function sort<R>(rows: R[], columns: Column<R>[], sorting: Sorting | undefined): R[] {
  const order = columns.find(({ name }) => name === sorting?.by)?.order;
  if (!order || !sorting) return rows;
  const sign = sorting.down ? -1 : 1;
  return [...rows].sort((one, other) => sign * compare(order(one), order(other)));
}

function compare(one: number | string, other: number | string): number {
  return typeof one === "string" ? one.localeCompare(String(other)) : one - Number(other);
}

function moveByArrows(event: KeyboardEvent<HTMLTableElement>) {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (!step) return;
  // What is shown below a row may hold a table of its own, which has moved already.
  const below = (event.target as HTMLElement).closest("tr.detail");
  if (below && event.currentTarget.contains(below)) return;
  const links = [...event.currentTarget.querySelectorAll(":scope > tbody > tr:not(.detail)")].map((row) =>
    row.querySelector<HTMLElement>("a,button"),
  );
  const here = links.findIndex((link) => link?.closest("tr")?.contains(document.activeElement));
  links[here + step]?.focus();
  event.preventDefault();
}
