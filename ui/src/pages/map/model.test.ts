import { expect, test } from "vitest";
import type { Edge } from "@/api/types";
import { busiest, connected, edgeSentence, edgeWords, healthOf, neighbourhood, tracesOf, within } from "./model";
import { parseMapSearch } from "./search";

function edge(caller: string, callee: string, calls = 60, errors = 0): Edge {
  const end = (text: string) => {
    const [name = "", kind = "service"] = text.split("@");
    return { name, kind };
  };
  return {
    caller: end(caller),
    callee: end(callee),
    calls,
    errors,
    mean_ns: 1e6,
    percentiles_ns: { p50: 1e6, p95: 5e6, p99: 9e6 },
  };
}

const EDGES = [
  edge("web", "orders"),
  edge("orders", "ledger"),
  edge("orders", "kafka@queue"),
  edge("kafka@queue", "mailer"),
  edge("job", "kafka@queue"),
  edge("ledger", "postgres@database"),
];
const names = (edges: Edge[]) => edges.map(({ caller, callee }) => `${caller.name}>${callee.name}`);

test("a neighbourhood has what leads there and what follows, as far as asked, and no siblings", () => {
  expect(names(neighbourhood(EDGES, "orders", 1))).toEqual(["web>orders", "orders>ledger", "orders>kafka"]);
  expect(names(neighbourhood(EDGES, "orders", 2))).toEqual([
    "web>orders",
    "orders>ledger",
    "orders>kafka",
    "kafka>mailer",
    "ledger>postgres",
  ]);
  expect(names(neighbourhood(EDGES, "kafka", 3))).toEqual(["web>orders", "orders>kafka", "kafka>mailer", "job>kafka"]);
  expect(neighbourhood(EDGES, "nobody", 3)).toEqual([]);
});

test("a large graph is cut to its most frequent calls", () => {
  const shown = busiest(EDGES, 3);
  expect(names(shown)).toEqual(["web>orders", "orders>ledger"]);
  const asked = { calls: 1, errors: 0, mean_ns: 1, percentiles_ns: {} };
  const nodes = ["web", "orders", "ledger", "job"].map((name) => ({ name, kind: "service", ...asked }));
  expect(connected(nodes, shown).map(({ name }) => name)).toEqual(["web", "orders", "ledger"]);
});

test("errors are said in words", () => {
  expect([0, 5, 10, 49, 50].map((errors) => healthOf({ calls: 1000, errors }))).toEqual([
    "none",
    "few",
    "some",
    "some",
    "many",
  ]);
  expect(healthOf({ calls: 0, errors: 0 })).toBe("none");
  expect(edgeWords(edge("a", "b", 7200, 72), 3600)).toEqual(["2 /s · 5 ms", "1 % errors"]);
  expect(edgeSentence(edge("a", "b", 7200), 3600)).toBe("a calls b: 2 /s, no errors, p95 5 ms");
});

test("the traces of a call are those of its callee with that caller, or of who names the other side", () => {
  expect(tracesOf(edge("orders", "ledger"))).toEqual({ service: "ledger", caller: "orders" });
  expect(tracesOf(edge("orders", "kafka@queue"))).toEqual({ service: "orders", peer: "kafka" });
  expect(tracesOf(edge("kafka@queue", "mailer"))).toEqual({ service: "mailer", peer: "kafka" });
  expect(within("eu")).toEqual({ attribute: ["deployment.environment.name=eu"] });
  expect(within(undefined)).toEqual({});
});

test("what makes no sense in a URL is left out", () => {
  expect(parseMapSearch({ view: "pie", around: "orders", reach: 9, callee: "service:a" })).toEqual({
    around: "orders",
  });
  expect(parseMapSearch({ view: "table", reach: 2, node: "service:a", callee: "service:b", environment: "" })).toEqual({
    view: "table",
    node: "service:a",
    callee: "service:b",
  });
});
