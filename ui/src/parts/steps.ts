import { milliseconds } from "@/time";

/** An answer that is given step by step: steps in which nothing happened have no point. */
export type Stepped = { start: string; end: string; step_seconds: number };

/** The times (milliseconds) of all steps of an answer. */
export function stepTimes({ start, end, step_seconds }: Stepped): number[] {
  const first = milliseconds(start);
  const count = Math.max(0, Math.round((milliseconds(end) - first) / (step_seconds * 1000)));
  return Array.from({ length: count }, (_, place) => first + place * step_seconds * 1000);
}

/** A value for each of `times`: that of the point at it, or `otherwise`. */
export function stepValues<P extends { time: string }>(
  times: number[],
  points: P[],
  value: (point: P) => number | null,
  otherwise: number | null,
): (number | null)[] {
  const byTime = new Map(points.map((point) => [milliseconds(point.time), point]));
  return times.map((time) => {
    const point = byTime.get(time);
    return point ? value(point) : otherwise;
  });
}
