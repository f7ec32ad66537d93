import { expect, test } from "vitest";
import { formatBytes, formatCount, formatDuration, formatRate, formatShare } from "./format";

test("durations take the unit in which they are short, and never round up into the next", () => {
  const shown = [
    0, 1, 830, 12_340, 999_999, 12_345_678, 999_600_000, 4.2e9, 59.99e9, 200e9, 3.6e12, 18_720e9, 273_600e9,
  ].map(formatDuration);
  expect(shown).toEqual([
    "0 ms",
    "1 ns",
    "830 ns",
    "12.3 µs",
    "1 ms",
    "12.3 ms",
    "1 s",
    "4.2 s",
    "60 s",
    "3 min 20 s",
    "1 h",
    "5 h 12 min",
    "3 d 4 h",
  ]);
});

test("what is missing is a dash, and never zero", () => {
  for (const format of [formatCount, formatRate, formatShare, formatDuration, formatBytes]) {
    expect(format(null)).toBe("–");
    expect(format(Number.NaN)).toBe("–");
    expect(format(0)).toMatch(/^0/);
  }
});

test("counts are exact up to 9,999 and then short", () => {
  expect([7, 9_999, 10_000, 123_456, 4_500_000].map(formatCount)).toEqual(["7", "9,999", "10 k", "123 k", "4.5 M"]);
});

test("rates below one per second are given per minute", () => {
  expect([0, 0.02, 1.5, 240].map(formatRate)).toEqual(["0 /s", "1.2 /min", "1.5 /s", "240 /s"]);
});

test("a share that is tiny is not shown as none, and one that is nearly whole not as whole", () => {
  expect([0.000001, 0.0042, 0.5, 0.9999, 1].map(formatShare)).toEqual([
    "< 0.01 %",
    "0.42 %",
    "50 %",
    "> 99.9 %",
    "100 %",
  ]);
});

test("sizes are in powers of 1024", () => {
  expect([0, 512, 1536, 5 * 1024 ** 3].map(formatBytes)).toEqual(["0 B", "512 B", "1.5 KiB", "5 GiB"]);
});
