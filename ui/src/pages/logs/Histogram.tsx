import { useMemo } from "react";
import type { Asked } from "@/api/client";
import type { LogCounts } from "@/api/types";
import { formatCount } from "@/format";
import { Panel } from "@/parts/Panel";
import { stepTimes, stepValues } from "@/parts/steps";
import { stack, TimeChart } from "@/parts/TimeChart";
import { useRange } from "@/shell/range";
import { milliseconds, rangeBetween } from "@/time";
import type { Change, LogSearch } from "./search";
import { SEVERITY_COLOURS } from "./severities";

/** How many records there were over time, by severity. Drawing on it chooses a time range, a severity its least severity. */
export function Histogram({
  asked,
  search,
  change,
}: {
  asked: Asked<LogCounts>;
  search: LogSearch;
  change: (made: Change) => void;
}) {
  const { setRange } = useRange();
  const { data } = asked;
  const shown = useMemo(() => data && readCounts(data), [data]);
  return (
    <Panel
      title={shown ? `${formatCount(shown.total)} ${shown.total === 1 ? "record" : "records"}` : "Records"}
      asked={asked}
      lines={4}
      actions={
        <div className="legend severities">
          {shown?.totals.map(({ name, colour, records }) => (
            <button
              key={name}
              type="button"
              className="button plain small"
              disabled={name === "unset"}
              aria-pressed={search.severity === name}
              title={name === "unset" ? "without a severity" : `only ${name} and graver`}
              onClick={() => change({ severity: search.severity === name ? undefined : name })}
            >
              <span className="swatch" style={{ "--swatch": colour, margin: 0 }} />
              {name} <span className="number">{formatCount(records)}</span>
            </button>
          ))}
        </div>
      }
    >
      {() =>
        shown && (
          <TimeChart
            label="Records by severity"
            times={shown.times}
            span={shown.span}
            series={shown.series}
            format={formatCount}
            height={110}
            onRange={(from, to) => setRange(rangeBetween(Math.round(from), Math.round(to)))}
          />
        )
      }
    </Panel>
  );
}

function readCounts(counts: LogCounts) {
  const times = stepTimes(counts);
  const totals = SEVERITY_COLOURS.map(([name, colour]) => ({
    name,
    colour,
    records: counts.points.reduce((sum, point) => sum + (point.records[name] ?? 0), 0),
  })).filter(({ records }) => records > 0);
  const series = totals.map(({ name, colour }) => ({
    label: name,
    colour,
    values: stepValues(times, counts.points, (point) => point.records[name] ?? 0, 0),
  }));
  return {
    times,
    totals,
    total: totals.reduce((sum, { records }) => sum + records, 0),
    series: stack(series),
    span: [milliseconds(counts.start), milliseconds(counts.end)] as [number, number],
  };
}
