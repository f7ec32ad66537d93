import { fireEvent, render, screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { type Column, DataTable } from "./DataTable";

type Row = { name: string; count: number };
const ROWS: Row[] = [
  { name: "b", count: 2 },
  { name: "a", count: 10 },
  { name: "c", count: 1 },
];
const COLUMNS: Column<Row>[] = [
  { name: "name", title: "Name", order: ({ name }) => name, cell: ({ name }) => <a href={`/${name}`}>{name}</a> },
  { name: "count", title: "Count", right: true, order: ({ count }) => count, cell: ({ count }) => count },
];

function names() {
  return screen.getAllByRole("link").map((link) => link.textContent);
}

test("rows keep their order until a heading is pressed: numbers from the largest, texts from the first, then turned", () => {
  render(<DataTable label="Things" rows={ROWS} columns={COLUMNS} identify={({ name }) => name} />);
  expect(names()).toEqual(["b", "a", "c"]);
  fireEvent.click(screen.getByRole("button", { name: "Count" }));
  expect(names()).toEqual(["a", "b", "c"]);
  expect(screen.getByRole("columnheader", { name: /Count/ }).getAttribute("aria-sort")).toBe("descending");
  fireEvent.click(screen.getByRole("button", { name: /Count/ }));
  expect(names()).toEqual(["c", "b", "a"]);
  fireEvent.click(screen.getByRole("button", { name: "Name" }));
  expect(names()).toEqual(["a", "b", "c"]);
});

test("arrow keys go from row to row and stop at the ends", () => {
  render(<DataTable label="Things" rows={ROWS} columns={COLUMNS} identify={({ name }) => name} />);
  const table = screen.getByRole("table", { name: "Things" });
  const press = (key: string) => fireEvent.keyDown(document.activeElement ?? table, { key });
  within(table).getByRole("link", { name: "b" }).focus();
  press("ArrowDown");
  expect(document.activeElement?.textContent).toBe("a");
  press("ArrowDown");
  press("ArrowDown");
  expect(document.activeElement?.textContent).toBe("c");
  press("ArrowUp");
  expect(document.activeElement?.textContent).toBe("a");
});

test("what is below an open row spans the table, and arrow keys pass it over", () => {
  const detail = ({ name }: Row) => name === "b" && <a href="/inside">inside</a>;
  render(<DataTable label="Things" rows={ROWS} columns={COLUMNS} identify={({ name }) => name} detail={detail} />);
  expect(screen.getByRole("link", { name: "inside" }).closest("td")?.colSpan).toBe(2);
  screen.getByRole("link", { name: "b" }).focus();
  fireEvent.keyDown(document.activeElement as Element, { key: "ArrowDown" });
  expect(document.activeElement?.textContent).toBe("a");
  screen.getByRole("link", { name: "inside" }).focus();
  fireEvent.keyDown(document.activeElement as Element, { key: "ArrowDown" });
  expect(document.activeElement?.textContent).toBe("inside");
});

test("a table that may be too wide is reached by keyboard, by its headings or as a whole", () => {
  const fixed: Column<Row>[] = [{ name: "count", title: "Count", cell: ({ count }) => count }];
  const { container, rerender } = render(
    <DataTable label="Things" rows={ROWS} columns={fixed} identify={({ name }) => name} />,
  );
  expect(container.querySelector(".scroll-x")?.getAttribute("tabindex")).toBe("0");
  rerender(<DataTable label="Things" rows={ROWS} columns={COLUMNS} identify={({ name }) => name} />);
  expect(container.querySelector(".scroll-x")?.getAttribute("tabindex")).toBeNull();
});

test("long lists are cut, and the rest is a press away", () => {
  render(<DataTable label="Things" rows={ROWS} columns={COLUMNS} identify={({ name }) => name} most={2} />);
  expect(names()).toHaveLength(2);
  fireEvent.click(screen.getByRole("button", { name: "Show 1 more" }));
  expect(names()).toHaveLength(3);
});
