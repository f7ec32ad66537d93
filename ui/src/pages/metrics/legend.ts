import type { MetricSeries } from "@/api/types";
import { seriesColour } from "@/parts/colours";
import { stepValues } from "@/parts/steps";

/** A series with what is drawn of it: a value for each step, and of these the last, the lowest, the highest and the mean. */
export type LegendRow = {
  name: string;
  labels: Record<string, string>;
  kind: string;
  unit: string;
  colour: string;
  values: (number | null)[];
  /** What is no further apart than this, in milliseconds, is no gap: half as much again as is usual. */
  reach: number;
  last: number | null;
  least: number | null;
  most: number | null;
  mean: number | null;
};

/** The series of a chart by their means, the highest first. */
export function legendRows(series: MetricSeries[], times: number[]): LegendRow[] {
  const severalKinds = new Set(series.map(({ kind, unit }) => `${kind} ${unit}`)).size > 1;
  const rows = series.map(({ labels, kind, unit, points }) => {
    const values = stepValues(times, points, ({ value }) => value, null);
    const known = values.filter((value) => value !== null);
    const apart = times
      .filter((_, place) => values[place] !== null)
      .map((time, place, all) => time - (all[place - 1] ?? time));
    const usual = apart.slice(1).sort((one, other) => one - other)[(apart.length - 1) >> 1] ?? 0;
    const texts = Object.values(labels).map((value) => value || "(none)");
    const name = texts.length ? texts.join(", ") : "all";
    return {
      name: severalKinds ? `${name} (${kind.replace("_", " ")}${unit && ` in ${unit}`})` : name,
      labels,
      kind,
      unit,
      values,
      reach: 1.5 * usual,
      last: known.at(-1) ?? null,
      least: known.length ? Math.min(...known) : null,
      most: known.length ? Math.max(...known) : null,
      mean: known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null,
    };
  });
  rows.sort((one, other) => (other.mean ?? -Infinity) - (one.mean ?? -Infinity));
  return rows.map((row, place) => ({ ...row, colour: seriesColour(place) }));
}
