import type { Answer } from "@/api/client";
import { milliseconds } from "@/time";
import type { Step } from "./metrics";

const DAY = 86_400_000;

/**
 * The starts of all steps of a course, with those in which nothing happened, and the steps by their start.
 *
 * Steps are counted back from the end of the window. A day on which clocks change is an hour longer or shorter: a step that
 * is within half a day of where it would be otherwise is the one that is meant.
 */
export function stepStarts({ start, end, step_days, steps }: Answer<"/api/v1/dora/course">): {
  starts: number[];
  span: [number, number];
  byStart: Map<number, Step>;
} {
  const [first, last] = [milliseconds(start), milliseconds(end)];
  const byStart = new Map(steps.map((step) => [milliseconds(step.start), step]));
  const known = [...byStart.keys()];
  const starts: number[] = [];
  for (let at = last - step_days * DAY; at > first - step_days * DAY + DAY / 2; at -= step_days * DAY) {
    starts.unshift(known.find((each) => Math.abs(each - Math.max(at, first)) < DAY / 2) ?? Math.max(at, first));
  }
  return { starts, span: [first, last], byStart };
}
