import { expect, test } from "vitest";
import { questionUrl } from "@/api/client";
import { askLogs, type LogSearch, parseLogSearch, tokens, withoutToken, withTyped } from "./search";

const TRACE = "ab".repeat(16);

test("a search is read out of a URL, and what is none is left out", () => {
  const search = {
    service: "orders",
    severity: "warn",
    text: "took long",
    kind: "record",
    trace: TRACE,
    attribute: ["http.route=/orders"],
    live: true,
    record: "2026-11-25T13:00:00.000000001Z~AB12",
    around: "orders",
    alike: "service.instance.id=one",
  };
  expect(parseLogSearch(search)).toEqual(search);
  expect(parseLogSearch({ text: 404, severity: 17 })).toEqual({ text: "404", severity: "17" });
  expect(
    parseLogSearch({ severity: "loud", kind: "x", trace: "1", live: "no", record: "when", around: "orders" }),
  ).toEqual({});
});

test("a search is asked in its time range; what is open and what is live are not part of the question", () => {
  const found = {
    service: "orders",
    severity: "warn",
    trace: TRACE,
    record: "a~b",
    live: true,
    from: "3h",
  } as LogSearch;
  expect(questionUrl("/api/v1/logs/counts", { query: askLogs(found, { from: "15m" }) })).toBe(
    `/api/v1/logs/counts?start=15m&service=orders&severity=warn&trace_id=${TRACE}`,
  );
});

test("what is typed becomes a condition, that can be taken away again", () => {
  const typed = ["service=orders", "severity>=warn", "took long", "http.route=/a=b", "size>=5", "service!=ledger"];
  let search: LogSearch = {};
  for (const each of typed) {
    const made = withTyped(search, each);
    expect(made).toHaveProperty("change");
    if ("change" in made) search = parseLogSearch({ ...search, ...made.change });
  }
  expect(search).toEqual({
    service: "orders",
    severity: "warn",
    text: "took long",
    attribute: ["http.route=/a=b", "size>=5", "service.name!=ledger"],
  });
  expect(tokens(search)).toHaveLength(typed.length);
  for (const token of tokens(search)) search = parseLogSearch({ ...search, ...withoutToken(search, token) });
  expect(search).toEqual({});
});

test("what cannot be a condition says why", () => {
  expect(withTyped({}, "severity=loud")).toEqual({ problem: expect.stringContaining("trace, debug, info") });
  expect(withTyped({}, "severity<warn")).toEqual({ problem: "severity is compared by >= alone" });
  expect(withTyped({}, "trace=12")).toEqual({ problem: expect.stringContaining("32") });
  expect(withTyped({}, "size>large")).toEqual({ problem: "> compares numbers, and large is none" });
  expect(withTyped({}, "http.route=")).toEqual({ problem: "http.route: say with what to compare it" });
});
