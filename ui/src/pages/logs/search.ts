import type { Parameters } from "@/api/client";
import { parseCondition, readConditions, readText } from "@/parts/searching";
import { asParameters, type Range } from "@/time";

/** Which log records are looked for and how they are looked at, as it is in the URL; what is left out lets every record pass. */
export type LogSearch = {
  service?: string;
  /** The least severity. */
  severity?: string;
  /** A part of the body. */
  text?: string;
  event?: string;
  kind?: "record" | "event";
  trace?: string;
  span?: string;
  /** Conditions on attributes, as the API takes them: `key=value`, `key>1` and the like. */
  attribute?: string[];
  /** New records come by themselves. */
  live?: true;
  /** The record that is open: its time and id. */
  record?: string;
  /** What stands around the open record is shown: that of a service, or of all (`*`). */
  around?: string;
  /** Of that only what meets a condition on an attribute: the instance of the record. */
  alike?: string;
};

/** A change of a search: what is undefined is taken away. */
export type Change = { [Name in keyof LogSearch]?: LogSearch[Name] | undefined };

export const SEVERITIES = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
const KINDS = ["record", "event"] as const;
const TRACE_ID = /^[0-9a-fA-F]{32}$/;
const SPAN_ID = /^[0-9a-fA-F]{16}$/;

/** Read a search out of a URL; what is none is left out. */
export function parseLogSearch(found: Record<string, unknown>): LogSearch {
  // An id or a text of digits alone is read as a number.
  const texts = Object.fromEntries(
    Object.entries(found).map(([name, value]) => [name, typeof value === "number" ? String(value) : value]),
  );
  const record = readText(texts, "record");
  return {
    ...readText(texts, "service"),
    ...(isSeverity(String(texts.severity)) ? readText(texts, "severity") : {}),
    ...readText(texts, "text"),
    ...readText(texts, "event"),
    ...(KINDS.find((kind) => kind === texts.kind) ? { kind: texts.kind as "record" | "event" } : {}),
    ...(TRACE_ID.test(String(texts.trace)) ? readText(texts, "trace") : {}),
    ...(SPAN_ID.test(String(texts.span)) ? readText(texts, "span") : {}),
    ...readConditions(found),
    ...(texts.live === true ? { live: true } : {}),
    ...(record.record?.includes("~") ? { ...record, ...readText(texts, "around"), ...readText(texts, "alike") } : {}),
  };
}

/** The conditions of a search as the API's parameters; what else is in the URL is not part of them. */
export function askLogs(search: LogSearch, range: Range): Parameters<"/api/v1/logs/counts">["query"] {
  const { service, severity, text, event, kind, trace, span, attribute } = search;
  return { ...asParameters(range), service, severity, text, event, kind, trace_id: trace, span_id: span, attribute };
}

/** The fields of a search that a query names, each with how it compares. */
export const FIELDS = {
  service: "=",
  severity: ">=",
  text: "~",
  event: "=",
  kind: "=",
  trace: "=",
  span: "=",
} as const;
type Field = keyof typeof FIELDS;

export type Token = { key: string; operator: string; value: string };

/** The conditions of a search, one by one. */
export function tokens(search: LogSearch): Token[] {
  const single = (Object.keys(FIELDS) as Field[]).flatMap((key) => {
    const value = search[key];
    return value ? [{ key, operator: FIELDS[key], value }] : [];
  });
  const conditions = (search.attribute ?? []).map(
    (each) => parseCondition(each) ?? { key: each, operator: "", value: "" },
  );
  return [...single, ...conditions];
}

/** What taking a condition away changes. */
export function withoutToken(search: LogSearch, { key, operator, value }: Token): Change {
  if (isField(key) && FIELDS[key] === operator) return { [key]: undefined };
  const left = (search.attribute ?? []).filter((each) => each !== `${key}${operator}${value}`);
  return { attribute: left.length ? left : undefined };
}

/** What one more condition on an attribute changes. */
export function withCondition(search: LogSearch, condition: string): { attribute: string[] } {
  return { attribute: [...(search.attribute ?? []).filter((each) => each !== condition), condition] };
}

/** What is typed so far: a condition, or a text to look for in the body. */
export function parseTyped(typed: string): Token {
  const { key, operator, value } = parseCondition(typed) ?? { key: "", operator: "", value: typed };
  return key.trim()
    ? { key: key.trim(), operator, value: value.trim() }
    : { key: "text", operator: "~", value: typed.trim() };
}

/** What a typed condition changes, or why it cannot be one. */
export function withTyped(search: LogSearch, typed: string): { change: Change } | { problem: string } {
  const { key, operator, value } = parseTyped(typed);
  if (!value) return { problem: `${key}: say with what to compare it` };
  if (key === "text") return { change: { text: value } };
  if (key === "service" && operator !== "=")
    return { change: withCondition(search, `service.name${operator}${value}`) };
  if (isField(key)) return withField(key, operator, value);
  if (/[<>]/.test(operator) && !Number.isFinite(Number(value)))
    return { problem: `${operator} compares numbers, and ${value} is none` };
  return { change: withCondition(search, `${key}${operator}${value}`) };
}

function withField(key: Field, operator: string, value: string): { change: Change } | { problem: string } {
  if (operator !== FIELDS[key] && operator !== "=") return { problem: `${key} is compared by ${FIELDS[key]} alone` };
  const wrong =
    (key === "severity" && !isSeverity(value) && `a severity is ${SEVERITIES.join(", ")} or a number from 1 to 24`) ||
    (key === "kind" && !KINDS.some((kind) => kind === value) && "a kind is record or event") ||
    (key === "trace" && !TRACE_ID.test(value) && "the id of a trace has 32 hexadecimal digits") ||
    (key === "span" && !SPAN_ID.test(value) && "the id of a span has 16 hexadecimal digits");
  return wrong ? { problem: wrong } : { change: { [key]: value } };
}

function isField(key: string): key is Field {
  return key in FIELDS;
}

function isSeverity(text: string): boolean {
  return SEVERITIES.some((each) => each === text) || /^([1-9]|1\d|2[0-4])$/.test(text);
}
