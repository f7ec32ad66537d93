import { expect, test } from "vitest";
import { stepTimes, stepValues } from "./steps";

const ANSWER = { start: "2026-11-25T10:00:00.000000000Z", end: "2026-11-25T10:03:00.000000000Z", step_seconds: 60 };

test("each step has a value: that of its point, or the one for nothing", () => {
  const times = stepTimes(ANSWER);
  expect(times).toEqual([0, 1, 2].map((minute) => Date.parse("2026-11-25T10:00:00Z") + minute * 60_000));
  const points = [{ time: "2026-11-25T10:01:00.000000000Z", spans: 7 }];
  expect(stepValues(times, points, ({ spans }) => spans, null)).toEqual([null, 7, null]);
  expect(stepValues(times, [], () => 1, 0)).toEqual([0, 0, 0]);
});
