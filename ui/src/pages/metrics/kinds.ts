import type { Metric } from "@/api/types";

const NAMES: Record<string, string> = {
  gauge: "gauge",
  histogram: "histogram",
  exponential_histogram: "exponential histogram",
  summary: "summary",
};

/** What a metric is, in the words of those who make them. */
export function kindName({ kind, monotonic }: Pick<Metric, "kind" | "monotonic">): string {
  return kind === "sum" ? (monotonic ? "counter" : "up-down counter") : (NAMES[kind] ?? kind);
}

const TITLES: Record<string, string> = {
  rate: "rate per second",
  increase: "increase per step",
  avg: "average",
  min: "lowest",
  max: "highest",
  sum: "sum",
  last: "last",
  count: "number per step",
};
const PERCENTILES = ["p50", "p75", "p90", "p95", "p99", "p99.9"];

/** What can be made of a metric, the usual first, with a title for each. */
export function choicesOf(metrics: Metric[]): [string, string][] {
  const [first, ...others] = metrics.map(({ kind, aggregations, quantiles }) => [
    ...aggregations,
    ...(kind.includes("histogram") ? PERCENTILES.filter((name) => !aggregations.includes(name)) : []),
    ...quantiles.map((quantile) => `p${Number((quantile * 100).toFixed(6))}`),
  ]);
  // Several kinds of one name have in common what fits all of them.
  const common = (first ?? []).filter((each) => others.every((other) => other.includes(each)));
  return [...new Set(common)].map((each) => [each, titleOf(each)]);
}

/** What is made of the points, for people. */
export function titleOf(aggregation: string): string {
  return (
    TITLES[aggregation] ?? `${aggregation.slice(1)}th percentile`.replace(/\b(\d*[02-9]|\d*1\d)?([123])th/, ordinal)
  );
}

function ordinal(whole: string, _: string | undefined, last: string): string {
  if (/1[123]th$/.test(whole)) return whole;
  return whole.replace(/th$/, { "1": "st", "2": "nd", "3": "rd" }[last] ?? "th");
}
