import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useAsk } from "@/api/client";
import { formatCount, formatDuration, formatShare } from "@/format";
import { seriesColour } from "@/parts/colours";
import { type Column, DataTable, numbers } from "@/parts/DataTable";
import { Panel } from "@/parts/Panel";
import { stepTimes, stepValues } from "@/parts/steps";
import { type Mark, TimeChart } from "@/parts/TimeChart";
import { WHOLE } from "@/shell/links";
import { useRange } from "@/shell/range";
import { asParameters, milliseconds } from "@/time";

type Version = {
  version: string;
  colour: string;
  spans: number;
  errors: number;
  slowest: number;
  p95: (number | null)[];
};

/** The versions of a service side by side, if there was more than one in the time range. */
export function Versions({ service, marks }: { service: string; marks: Mark[] }) {
  const { range, refetchInterval } = useRange();
  const asked = useAsk(
    "/api/v1/services/{name}/metrics",
    { path: { name: service }, query: { ...asParameters(range), group_by: ["version"], percentile: ["p95"] } },
    { refetchInterval },
  );
  const { data } = asked;
  const shown = useMemo(() => {
    if (!data) return undefined;
    const times = stepTimes(data);
    const named = data.series.map(({ labels, points }, place): Version => {
      const spans = points.reduce((sum, each) => sum + each.spans, 0);
      return {
        version: labels.version || "(none)",
        colour: seriesColour(place),
        spans,
        errors: points.reduce((sum, each) => sum + each.errors, 0) / spans,
        slowest: Math.max(...points.map((point) => point.percentiles_ns.p95 ?? 0)),
        p95: stepValues(times, points, (point) => point.percentiles_ns.p95 ?? null, null),
      };
    });
    return { times, named, span: [milliseconds(data.start), milliseconds(data.end)] as [number, number] };
  }, [data]);
  if (!shown || shown.named.length < 2) return null;
  return (
    <Panel title="Versions" asked={asked} flush>
      {() => (
        <div className="columns" style={{ "--least": "380px" }}>
          <DataTable label="Versions" rows={shown.named} identify={({ version }) => version} columns={COLUMNS} />
          <div style={{ padding: "0 16px 8px" }}>
            <TimeChart
              label={`p95 of ${service} by version`}
              times={shown.times}
              span={shown.span}
              marks={marks}
              group="service"
              format={formatDuration}
              height={150}
              series={shown.named.map(({ version, colour, p95 }) => ({ label: version, colour, values: p95 }))}
            />
          </div>
        </div>
      )}
    </Panel>
  );
}

const COLUMNS: Column<Version>[] = [
  {
    name: "version",
    title: "Version",
    cell: ({ version, colour }) => (
      <span className="mono">
        <span className="swatch" style={{ "--swatch": colour }} />
        {version}
      </span>
    ),
  },
  numbers("spans", "Requests", ({ spans }) => spans, formatCount),
  numbers("errors", "Errors", ({ errors }) => errors, formatShare),
  numbers("slowest", "Highest p95", ({ slowest }) => slowest, formatDuration),
  {
    name: "compare",
    title: "",
    right: true,
    cell: ({ version }) => (
      <Link
        to="."
        search={(before) => ({
          ...before,
          against: "other versions",
          version,
          environment: undefined,
          operation: undefined,
        })}
        activeOptions={WHOLE}
        resetScroll={false}
      >
        Compare
      </Link>
    ),
  },
];
