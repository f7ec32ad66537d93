import { expect, test } from "vitest";
import {
  asParameters,
  bounds,
  formatAgo,
  formatRange,
  formatTime,
  milliseconds,
  nanoseconds,
  parseRange,
  rangeBetween,
} from "./time";

const NOW = Date.parse("2026-11-25T10:00:00Z"); // 11:00 in Berlin, where these tests are

test("nanoseconds of a time of the API are kept whole", () => {
  expect(nanoseconds("2026-11-25T10:00:00.123456789Z")).toBe(BigInt(NOW) * 1_000_000n + 123_456_789n);
  expect(milliseconds("2026-11-25T10:00:00.123456789Z")).toBe(NOW + 123);
  expect([milliseconds("2026-11-25T10:00:00Z"), milliseconds("2026-11-25T10:00:00.5Z")]).toEqual([NOW, NOW + 500]);
});

test("times are in the local zone, and name the day only if it is not today", () => {
  expect(formatTime(NOW, NOW, "minute")).toBe("11:00");
  expect(formatTime(NOW + 7, NOW, "millisecond")).toBe("11:00:00.007");
  expect(formatTime(NOW - 86_400_000, NOW, "minute")).toBe("Nov 24, 11:00");
});

test("a range in a URL is taken as it is, and what is none as the default", () => {
  expect(parseRange("15m", undefined)).toEqual({ from: "15m" });
  const between = { from: "2026-11-25T09:00:00.000Z", to: "2026-11-25T10:00:00.000Z" };
  expect(parseRange(between.from, between.to)).toEqual(between);
  for (const none of ["", "x", "15", "-1h", undefined, 7, between.to])
    expect(parseRange(none, between.from)).toEqual({ from: "1h" });
});

test("what is drawn on a chart is the range that is asked for", () => {
  const range = rangeBetween(NOW - 60_000, NOW);
  expect(bounds(range, NOW + 999)).toEqual([NOW - 60_000, NOW]);
  expect(asParameters(range)).toEqual({ start: "2026-11-25T09:59:00.000Z", end: "2026-11-25T10:00:00.000Z" });
  expect(bounds({ from: "2h" }, NOW)).toEqual([NOW - 7_200_000, NOW]);
});

test("ranges and ages are said in words", () => {
  expect(formatRange({ from: "1d" }, NOW)).toBe("Last 24 hours");
  expect(formatRange(rangeBetween(NOW - 3_600_000, NOW), NOW)).toBe("10:00 – 11:00");
  expect([5_000, 300_000, 7_300_000, 180_000_000].map((age) => formatAgo(NOW - age, NOW))).toEqual([
    "5 s ago",
    "5 min ago",
    "2 h ago",
    "2 d ago",
  ]);
});
