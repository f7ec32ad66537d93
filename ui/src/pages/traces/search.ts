import type { Parameters } from "@/api/client";
import { readConditions, readText } from "@/parts/searching";
import { asParameters, type Range } from "@/time";

/** Which traces are looked for, as it is in the URL; what is left out lets every trace pass. */
export type TraceSearch = {
  service?: string;
  operation?: string;
  status?: "error" | "ok" | "unset";
  min?: string;
  max?: string;
  /** The service that the parent of the span is of, and the database, queue or other that the span calls or takes from. */
  caller?: string;
  peer?: string;
  /** Conditions on attributes, as the API takes them: `key=value`, `key>1` and the like. */
  attribute?: string[];
  /** A part of the scatter: first and last millisecond, shortest and longest duration in nanoseconds. */
  box?: Box;
};

export type Box = [from: number, to: number, shortest: number, longest: number];

const STATUSES = ["error", "ok", "unset"] as const;
export const DURATION = /^\d{1,15}(\.\d{1,9})? ?(ns|us|µs|ms|s|m|h|d)$/;

/** Read a search out of a URL; what is none is left out. */
export function parseTraceSearch(found: Record<string, unknown>): TraceSearch {
  const box = Array.isArray(found.box) && found.box.length === 4 && found.box.every(Number.isFinite);
  return {
    ...readText(found, "service"),
    ...readText(found, "operation"),
    ...(STATUSES.find((status) => status === found.status) ? { status: found.status as TraceSearch["status"] } : {}),
    ...(DURATION.test(String(found.min)) ? readText(found, "min") : {}),
    ...(DURATION.test(String(found.max)) ? readText(found, "max") : {}),
    ...readText(found, "caller"),
    ...readText(found, "peer"),
    ...readConditions(found),
    ...(box ? { box: found.box as Box } : {}),
  };
}

/** The question that a search is; what else is in the URL is not part of it. */
export function askTraces(search: TraceSearch, range: Range, limit: number): Parameters<"/api/v1/traces"> {
  const { service, operation, status, min, max, caller, peer, attribute } = search;
  return {
    query: {
      ...asParameters(range),
      service,
      operation,
      status,
      min_duration: min,
      max_duration: max,
      caller,
      peer,
      attribute,
      limit,
    },
  };
}
