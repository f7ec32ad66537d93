import { expect, test } from "vitest";
import { questionUrl } from "@/api/client";
import type { Metric } from "@/api/types";
import { choicesOf, kindName, titleOf } from "./kinds";
import { legendRows } from "./legend";
import { askExemplars, askSeries, parseMetricSearch, tidy } from "./search";
import { measure } from "./unit";

const METRIC: Metric = {
  name: "m",
  kind: "histogram",
  unit: "s",
  temporality: "delta",
  monotonic: false,
  description: "",
  services: [],
  points: 1,
  last_seen: "",
  aggregations: ["p95", "avg", "rate"],
  quantiles: [],
};

test("a search is read out of a URL, and what is none is left out", () => {
  const search = { metric: "a/b", kind: "sum", by: ["host"], attribute: ["a=1"], how: "p99.9", step: "5m", top: 25 };
  expect(parseMetricSearch(search)).toEqual(search);
  expect(parseMetricSearch({ metric: "m", kind: "x", by: [""], how: "; DROP", step: "5", top: 11 })).toEqual({
    metric: "m",
  });
  expect(parseMetricSearch({ find: "http", kind: "sum" })).toEqual({ find: "http" });
  expect(tidy({ metric: "m", by: [], how: undefined, top: 25 })).toEqual({ metric: "m", top: 25 });
});

test("without anything to group by one series of all is asked for", () => {
  expect(questionUrl("/api/v1/metrics/{name}", askSeries({ metric: "a/b" }, { from: "1h" }))).toBe(
    "/api/v1/metrics/a%2Fb?start=1h&group_by=&top=10",
  );
  const grouped = { metric: "m", by: ["host", "zone"], how: "max", service: "s", top: 50 as const };
  expect(questionUrl("/api/v1/metrics/{name}", askSeries(grouped, { from: "1h" }))).toBe(
    "/api/v1/metrics/m?start=1h&service=s&group_by=host&group_by=zone&aggregation=max&top=50",
  );
  expect(questionUrl("/api/v1/exemplars", askExemplars(grouped, { from: "1h" }))).toBe(
    "/api/v1/exemplars?start=1h&metric=m&service=s",
  );
});

test("values are written in their unit", () => {
  const written = (unit: string, kind: string, how: string, value: number) => measure(unit, kind, how).format(value);
  expect(written("s", "histogram", "p95", 0.0123)).toBe("12.3 ms");
  expect(written("ms", "gauge", "avg", 1500)).toBe("1.5 s");
  expect(written("By", "gauge", "last", 3 * 2 ** 20)).toBe("3 MiB");
  expect(written("By", "sum", "rate", 2048)).toBe("2 KiB/s");
  expect(written("s", "sum", "rate", 0.25)).toBe("250 ms/s");
  expect(written("{request}", "sum", "rate", 0.5)).toBe("30 /min");
  expect(written("s", "histogram", "rate", 2)).toBe("2 /s");
  expect(written("Cel", "gauge", "avg", -3.25)).toBe("−3.25 Cel");
  expect(written("1", "gauge", "avg", 0.00012345)).toBe("0.0001235");
  expect(written("s", "gauge", "avg", Number.NaN)).toBe("–");
  expect(measure("{request}", "sum", "increase").unit).toBe("request");
  expect(measure("s", "histogram", "count").unit).toBe("values");
});

test("what can be made of a metric is what it is sent as", () => {
  expect(kindName({ kind: "sum", monotonic: true })).toBe("counter");
  expect(kindName({ kind: "sum", monotonic: false })).toBe("up-down counter");
  expect(choicesOf([METRIC]).map(([name]) => name)).toEqual([
    "p95",
    "avg",
    "rate",
    "p50",
    "p75",
    "p90",
    "p99",
    "p99.9",
  ]);
  const summary = { ...METRIC, kind: "summary", aggregations: ["avg", "rate"], quantiles: [0.5, 0.999] };
  expect(choicesOf([summary]).map(([name]) => name)).toEqual(["avg", "rate", "p50", "p99.9"]);
  expect(choicesOf([METRIC, summary]).map(([name]) => name)).toEqual(["avg", "rate", "p50", "p99.9"]);
  expect(["p95", "p99.9", "rate"].map(titleOf)).toEqual(["95th percentile", "99.9th percentile", "rate per second"]);
});

test("the legend tells of each series what is drawn of it, the highest first", () => {
  const times = [0, 60_000, 120_000];
  const at = (minute: number, value: number | null) => ({ time: new Date(minute * 60_000).toISOString(), value });
  const series = [
    { labels: { host: "a" }, kind: "gauge", unit: "1", points: [at(0, 1), at(2, 3)] },
    { labels: { host: "b" }, kind: "gauge", unit: "1", points: [at(1, 9), at(2, null)] },
  ];
  expect(legendRows(series, times)).toMatchObject([
    { name: "b", reach: 0, last: 9, least: 9, most: 9, mean: 9, values: [null, 9, null] },
    { name: "a", reach: 180_000, last: 3, least: 1, most: 3, mean: 2, values: [1, null, 3] },
  ]);
  expect(legendRows([{ labels: {}, kind: "gauge", unit: "1", points: [] }], times)).toMatchObject([
    { name: "all", last: null, least: null, most: null, mean: null },
  ]);
});
