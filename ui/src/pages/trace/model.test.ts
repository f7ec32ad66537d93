import { expect, test } from "vitest";
import type { Span } from "@/api/types";
import { buildTree, criticalPath, flattenGroups, groupByPath, listRows, matches, shareOf } from "./model";

const START = Date.parse("2026-11-25T10:00:00Z");

/** A span by its id, parent, start and end in milliseconds. */
function span(id: string, parent: string, from: number, to: number, more: Partial<Span> = {}): Span {
  return {
    span_id: id,
    parent_span_id: parent,
    name: `do ${id}`,
    kind: "internal",
    service: "shop",
    start: `${new Date(START + from).toISOString().slice(0, 23)}000000Z`,
    duration_ns: (to - from) * 1e6,
    status: "unset",
    status_message: "",
    attributes: {},
    events: [],
    links: [],
    trace_state: "",
    flags: 0,
    dropped_attributes: 0,
    dropped_events: 0,
    dropped_links: 0,
    resource: { attributes: {}, schema_url: "" },
    scope: { name: "", version: "", attributes: {}, schema_url: "" },
    ...more,
  };
}

const tree = (spans: Span[]) => buildTree({ spans, logs: [] });
const ids = (nodes: { span: Span }[]) => nodes.map(({ span }) => span.span_id);

test("spans are rows below their parent by start, wherever they came in the answer", () => {
  const found = tree([span("c", "a", 50, 60), span("a", "", 0, 100), span("d", "b", 11, 12), span("b", "a", 10, 40)]);
  expect(ids(listRows(found, new Set()))).toEqual(["a", "b", "d", "c"]);
  expect(listRows(found, new Set()).map(({ depth }) => depth)).toEqual([0, 1, 2, 1]);
  expect(found.duration).toBe(100e6);
  const b = found.byId.get("b");
  expect(ids(listRows(found, new Set([b?.key ?? -1])))).toEqual(["a", "b", "c"]);
  expect([found.byId.get("a")?.below, b?.below]).toEqual([3, 1]);
});

test("whatever is sent, each span is there once: lost parents, circles, spans of one id", () => {
  const lost = tree([span("b", "gone", 5, 6), span("a", "", 0, 9)]);
  expect(lost.roots.map(({ span, isOrphan }) => [span.span_id, isOrphan])).toEqual([
    ["b", true],
    ["a", false],
  ]);
  const circle = tree([span("a", "b", 0, 9), span("b", "a", 1, 8), span("c", "c", 2, 3)]);
  expect(ids(listRows(circle, new Set())).sort()).toEqual(["a", "b", "c"]);
  const shared = tree([
    span("a", "", 0, 9),
    span("b", "a", 1, 8, { kind: "client" }),
    span("b", "a", 2, 7, { kind: "server" }),
  ]);
  expect(listRows(shared, new Set()).map(({ span, depth }) => [span.kind, depth])).toEqual([
    ["internal", 0],
    ["client", 1],
    ["server", 2],
  ]);
});

test("a chain of ten thousand spans is as good as any", () => {
  const chain = Array.from({ length: 10_000 }, (_, place) =>
    span(String(place), place ? String(place - 1) : "", 0, 10_000),
  );
  const found = tree(chain);
  expect(listRows(found, new Set())).toHaveLength(10_000);
  expect(criticalPath(found).size).toBe(1);
});

test("self time is what no child covers, however children overlap or outlast", () => {
  const found = tree([span("a", "", 0, 100), span("b", "a", 10, 40), span("c", "a", 30, 50), span("d", "a", 90, 140)]);
  expect(found.byId.get("a")?.self).toBe(50e6);
  expect(found.byId.get("d")?.self).toBe(50e6);
});

test("the critical path covers the root once, by what was waited for", () => {
  const found = tree([
    span("a", "", 0, 100),
    span("b", "a", 10, 60),
    span("c", "a", 20, 80),
    span("d", "c", 30, 70),
    span("late", "a", 120, 150),
  ]);
  const path = criticalPath(found);
  const times = new Map(
    [...path].map(([{ span }, segments]) => [span.span_id, segments.map(([from, to]) => [from / 1e6, to / 1e6])]),
  );
  expect(times.get("d")).toEqual([[30, 70]]);
  expect(times.get("c")).toEqual([
    [70, 80],
    [20, 30],
  ]);
  expect(times.get("b")).toEqual([[10, 20]]);
  expect(times.get("a")).toEqual([
    [80, 100],
    [0, 10],
  ]);
  expect(times.has("late")).toBe(false);
  const total = shareOf(path, () => "all")[0]?.time;
  expect(total).toBe(100e6);
});

test("a text is found in names, ids and attributes, in any case", () => {
  const [node] = tree([
    span("ab12", "", 0, 1, { attributes: { "http.route": { type: "string", value: "/Orders" } } }),
  ]).nodes;
  for (const text of ["DO ab", "shop", "AB1", "http.ro", "/orders"]) expect(node && matches(node, text)).toBe(true);
  expect(node && matches(node, "nothing")).toBe(false);
});

test("spans that are called alike are added up along their path", () => {
  const found = tree([
    span("a", "", 0, 100, { name: "root" }),
    span("b", "a", 0, 30, { name: "check" }),
    span("c", "a", 30, 80, { name: "check", status: "error" }),
    span("d", "c", 30, 40, { name: "read" }),
  ]);
  const groups = flattenGroups(groupByPath(found)).map(({ name, count, errors, total, self }) => [
    name,
    count,
    errors,
    total / 1e6,
    self / 1e6,
  ]);
  expect(groups).toEqual([
    ["root", 1, 0, 100, 20],
    ["check", 2, 1, 80, 70],
    ["read", 1, 0, 10, 10],
  ]);
});
