import type { Parameters } from "@/api/client";
import { readConditions, readText } from "@/parts/searching";
import { asParameters, type Range } from "@/time";

export const KINDS = ["gauge", "sum", "histogram", "exponential_histogram", "summary"] as const;
export type Kind = (typeof KINDS)[number];

/** How many series are drawn. */
export const TOPS = [10, 25, 50] as const;

/** Which metric is looked at and how, as it is in the URL; without a metric it is the list of them. */
export type MetricSearch = {
  /** What the names, descriptions or services in the list have in them. */
  find?: string;
  metric?: string;
  kind?: Kind;
  service?: string;
  attribute?: string[];
  /** Attributes whose values make series; left out there is one series of all. */
  by?: string[];
  /** What is made of the points, as the API calls it; left out it is what is usual. */
  how?: string;
  step?: string;
  top?: 25 | 50;
};

/** Read a search out of a URL; what is none is left out. */
export function parseMetricSearch(found: Record<string, unknown>): MetricSearch {
  const metric = readText(found, "metric");
  if (!metric.metric) return readText(found, "find");
  const by = [found.by].flat().filter((each): each is string => typeof each === "string" && each !== "");
  const kind = KINDS.find((each) => each === found.kind);
  return {
    ...metric,
    ...(kind ? { kind } : {}),
    ...readText(found, "service"),
    ...readConditions(found),
    ...(by.length ? { by } : {}),
    ...(/^[a-z]+$|^p\d+(\.\d+)?$/.test(String(found.how)) ? readText(found, "how") : {}),
    ...(/^\d+[smhd]$/.test(String(found.step)) ? readText(found, "step") : {}),
    ...(found.top === 25 || found.top === 50 ? { top: found.top } : {}),
  };
}

/** Leave out what is undefined or empty, so that a link is no longer than it must be. */
export function tidy(search: { [K in keyof MetricSearch]?: MetricSearch[K] | undefined }): MetricSearch {
  return Object.fromEntries(
    Object.entries(search).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)),
  ) as MetricSearch;
}

/** The question for the values that a search is about. */
export function askSeries(search: MetricSearch, range: Range): Parameters<"/api/v1/metrics/{name}"> {
  const { metric = "", kind, service, attribute, by, how, step, top } = search;
  return {
    path: { name: metric },
    query: {
      ...asParameters(range),
      kind,
      service,
      attribute,
      // Nothing to group by would make a series of each set of attributes; an empty one makes one of all.
      group_by: by ?? [""],
      aggregation: how,
      step,
      top: top ?? TOPS[0],
    },
  };
}

/** The question for the traces behind these values. */
export function askExemplars(search: MetricSearch, range: Range): Parameters<"/api/v1/exemplars"> {
  const { metric = "", kind, service, attribute } = search;
  return { query: { ...asParameters(range), metric, kind, service, attribute } };
}
