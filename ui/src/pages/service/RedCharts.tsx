import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { useAsk } from "@/api/client";
import { formatDuration, formatRate, formatShare } from "@/format";
import { Panel } from "@/parts/Panel";
import { Empty } from "@/parts/states";
import { stepTimes, stepValues } from "@/parts/steps";
import { type Mark, type Series, TimeChart } from "@/parts/TimeChart";
import { useRange } from "@/shell/range";
import { asParameters, milliseconds, rangeBetween } from "@/time";

/** Requests, errors and durations of a service over time, with its deployments marked. A click opens a slow or failed trace. */
export function RedCharts({ service, marks }: { service: string; marks: Mark[] }) {
  const { range, setRange, refetchInterval } = useRange();
  const asked = useAsk(
    "/api/v1/services/{name}/metrics",
    { path: { name: service }, query: asParameters(range) },
    { refetchInterval },
  );
  const { data } = asked;
  const shown = useMemo(() => {
    if (!data) return undefined;
    const times = stepTimes(data);
    const points = data.series[0]?.points ?? [];
    const line = (label: string, colour: string, values: (number | null)[], fill = false): Series => ({
      label,
      colour,
      values,
      fill,
    });
    const percentile = (name: string) => stepValues(times, points, (point) => point.percentiles_ns[name] ?? null, null);
    return {
      times,
      points,
      span: [milliseconds(data.start), milliseconds(data.end)] as [number, number],
      rate: [
        line(
          "requests",
          "var(--series-1)",
          stepValues(times, points, (point) => point.per_second, 0),
          true,
        ),
      ],
      errors: [
        line(
          "errors",
          "var(--series-5)",
          stepValues(times, points, (point) => point.error_ratio, null),
          true,
        ),
      ],
      durations: [
        line("p50", "var(--series-2)", percentile("p50")),
        line("p95", "var(--series-1)", percentile("p95")),
        line("p99", "var(--series-4)", percentile("p99")),
      ],
    };
  }, [data]);
  const navigate = useNavigate();
  const pick = (what: "failed" | "slow") => (place: number) => {
    const at = shown?.times[place];
    const point = shown?.points.find(({ time }) => milliseconds(time) === at);
    const exemplar = point?.[what] ?? point?.slow ?? point?.failed;
    if (exemplar) void navigate({ to: "/traces/$traceId", params: { traceId: exemplar.trace_id } });
  };
  const drawn = { marks, group: "service", onRange: (from: number, to: number) => setRange(rangeBetween(from, to)) };
  const charts: [string, "rate" | "errors" | "durations", (value: number) => string][] = [
    ["Requests", "rate", formatRate],
    ["Errors", "errors", formatShare],
    ["Duration", "durations", formatDuration],
  ];
  return (
    <div className="columns" style={{ "--least": "320px" }}>
      {charts.map(([title, what, format]) => (
        <Panel
          key={what}
          title={title}
          asked={asked}
          lines={5}
          actions={<Legend series={what === "durations" ? shown?.durations : undefined} />}
        >
          {() =>
            shown?.points.length ? (
              <TimeChart
                label={`${title} of ${service}`}
                times={shown.times}
                span={shown.span}
                series={shown[what]}
                format={format}
                onPick={pick(what === "errors" ? "failed" : "slow")}
                {...drawn}
              />
            ) : (
              <Empty title="No requests in this time range">The charts count server and consumer spans.</Empty>
            )
          }
        </Panel>
      ))}
    </div>
  );
}

function Legend({ series }: { series: Series[] | undefined }) {
  return (
    series && (
      <div className="legend">
        {series.map(({ label, colour }) => (
          <span key={label}>
            <span className="swatch" style={{ "--swatch": colour }} />
            {label}
          </span>
        ))}
      </div>
    )
  );
}
