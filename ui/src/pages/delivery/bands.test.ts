import { describe, expect, it } from "vitest";
import { zonesOf } from "./bands";

const rule = (band: string, key: string | null, limit: object = {}) => ({
  band,
  key,
  at_least: null,
  above: null,
  below: null,
  at_most: null,
  ...limit,
});
const ends = Number.POSITIVE_INFINITY;

describe("zonesOf", () => {
  it("goes up to the first limit, and beyond the last", () => {
    const rules = [rule("elite", "value", { below: 10 }), rule("high", "value", { below: 20 }), rule("low", null)];
    expect(zonesOf(rules, "value")).toEqual([
      { band: "elite", from: 0, to: 10 },
      { band: "high", from: 10, to: 20 },
      { band: "low", from: 20, to: ends },
    ]);
  });

  it("leaves a gap without a band between limits that do not meet, and beyond a last one", () => {
    const gap = [rule("high", "value", { below: 20 }), rule("low", "value", { at_least: 90 })];
    expect(zonesOf(gap, "value")).toEqual([
      { band: "high", from: 0, to: 20 },
      { band: "", from: 20, to: 90 },
      { band: "low", from: 90, to: ends },
    ]);
    expect(zonesOf([rule("elite", "value", { at_most: 5 })], "value")).toEqual([
      { band: "elite", from: 0, to: 5 },
      { band: "", from: 5, to: ends },
    ]);
  });

  it("puts the best last where more is better, and says what is left open by a limit of something else", () => {
    const rules = [
      rule("elite", "days_per_week", { at_least: 5 }),
      rule("high", "days_per_week", { at_least: 1 }),
      rule("medium", "per_month", { at_least: 1 }),
      rule("low", null),
    ];
    expect(zonesOf(rules, "days_per_week")).toEqual([
      { band: "medium / low", from: 0, to: 1 },
      { band: "high", from: 1, to: 5 },
      { band: "elite", from: 5, to: ends },
    ]);
  });
});
