import { useMemo } from "react";
import { useAsk } from "@/api/client";
import type { FlowCourse } from "@/api/types";
import { formatCount, formatRate } from "@/format";
import { Panel } from "@/parts/Panel";
import { Empty } from "@/parts/states";
import { stepTimes, stepValues } from "@/parts/steps";
import { type Series, TimeChart } from "@/parts/TimeChart";
import { useRange } from "@/shell/range";
import { asParameters, milliseconds, rangeBetween } from "@/time";

const SIGNALS: [signal: string, items: string][] = [
  ["traces", "spans"],
  ["logs", "log records"],
  ["metrics", "data points"],
];
const FATES: Record<string, [label: string, colour: string]> = {
  passed: ["came in", "var(--series-1)"],
  kept: ["kept for longer", "var(--good)"],
  filtered: ["filtered", "var(--bad)"],
  scrubbed: ["values scrubbed", "var(--gold)"],
};

/** What came in, was filtered, kept and scrubbed over time: a chart for each signal. */
export function OverTime() {
  const { range, refetchInterval } = useRange();
  const asked = useAsk("/api/v1/pipeline/flow", { query: asParameters(range) }, { refetchInterval });
  return (
    <div className="columns" style={{ "--least": "290px" }}>
      {SIGNALS.map(([signal, items]) => (
        <Panel key={signal} title={`${items[0]?.toUpperCase()}${items.slice(1)}`} asked={asked} lines={4}>
          {(course) => <Course course={course} signal={signal} items={items} />}
        </Panel>
      ))}
    </div>
  );
}

function Course({ course, signal, items }: { course: FlowCourse; signal: string; items: string }) {
  const { setRange } = useRange();
  const { times, series, totals } = useMemo(() => readCourse(course, signal), [course, signal]);
  if (!series.length) return <Empty title={`No ${items} in this time range`} />;
  return (
    <>
      <TimeChart
        label={`${items} over time`}
        times={times}
        span={[milliseconds(course.start), milliseconds(course.end)]}
        series={series}
        format={formatRate}
        height={140}
        group="pipeline"
        onRange={(from, to) => setRange(rangeBetween(Math.round(from), Math.round(to)))}
      />
      <div className="legend">
        {series.map(({ label, colour }, place) => (
          <span key={label}>
            <span className="swatch" style={{ "--swatch": colour }} />
            {label} <span className="number">{formatCount(totals[place])}</span>
          </span>
        ))}
      </div>
    </>
  );
}

function readCourse(course: FlowCourse, signal: string): { times: number[]; series: Series[]; totals: number[] } {
  const times = stepTimes(course);
  const found = Object.keys(FATES).flatMap((fate) =>
    course.series.filter((each) => each.signal === signal && each.fate === fate),
  );
  return {
    times,
    totals: found.map(({ items }) => items),
    series: found.map(({ fate, points }) => {
      const [label, colour] = FATES[fate] ?? [fate, "var(--series-4)"];
      return { label, colour, values: stepValues(times, points, ({ items }) => items / course.step_seconds, 0) };
    }),
  };
}
