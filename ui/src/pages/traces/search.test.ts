import { expect, test } from "vitest";
import { questionUrl } from "@/api/client";
import { askTraces, parseTraceSearch, type TraceSearch } from "./search";

test("a search is read out of a URL, and what is none is left out", () => {
  const search = {
    service: "orders",
    operation: "POST /orders",
    status: "error",
    min: "250ms",
    max: "2s",
    caller: "web",
    peer: "kafka/orders",
    attribute: ["http.route=/orders", "order.amount>5"],
    box: [1, 2, 3, 4],
  };
  expect(parseTraceSearch(search)).toEqual(search);
  expect(parseTraceSearch({ attribute: "a=1" })).toEqual({ attribute: ["a=1"] });
  expect(parseTraceSearch({ service: 7, status: "x", min: "fast", max: "", attribute: [""], box: [1, "2"] })).toEqual(
    {},
  );
});

test("a search is asked in its time range; the box on the scatter and what else is in the URL are not part of the question", () => {
  const found = { service: "orders", min: "5ms", box: [1, 2, 3, 4], from: "3h" } as TraceSearch;
  expect(questionUrl("/api/v1/traces", askTraces(found, { from: "15m" }, 50))).toBe(
    "/api/v1/traces?start=15m&service=orders&min_duration=5ms&limit=50",
  );
});
