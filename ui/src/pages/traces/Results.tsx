import { Link } from "@tanstack/react-router";
import type { TraceSummary } from "@/api/types";
import { formatCount, formatDuration } from "@/format";
import { Badge } from "@/parts/Badge";
import { serviceColour } from "@/parts/colours";
import { type Column, DataTable, numbers } from "@/parts/DataTable";
import { Time } from "@/parts/Time";

/** Traces in a list: what began them, how long they took, what failed in them, and whether they stay. */
export function Results({ traces }: { traces: TraceSummary[] }) {
  const durations = traces.map(({ duration_ns }) => Math.max(duration_ns, 1));
  const [low, high] = [Math.log(Math.min(...durations)), Math.log(Math.max(...durations))];
  // As in the scatter: on a linear scale one long trace makes all others alike.
  const share = (duration: number) =>
    high > low ? 0.04 + (0.96 * (Math.log(Math.max(duration, 1)) - low)) / (high - low) : 1;
  return (
    <DataTable
      label="Traces"
      rows={traces}
      columns={columns(share)}
      identify={({ trace_id }) => trace_id}
      most={1000}
    />
  );
}

function columns(share: (duration: number) => number): Column<TraceSummary>[] {
  return [
    {
      name: "root",
      title: "Trace",
      order: ({ root_service, root_operation }) => `${root_service} ${root_operation}`,
      cell: ({ trace_id, root_service, root_operation, services }) => (
        <div>
          <Link to="/traces/$traceId" params={{ traceId: trace_id }} className="breakable">
            <span className="quiet">{root_service}</span> {root_operation}
          </Link>
          <div className="row" style={{ gap: 3 }}>
            {services.slice(0, 12).map((service) => (
              <span
                key={service}
                className="swatch"
                title={service}
                style={{ "--swatch": serviceColour(service), margin: 0 }}
              />
            ))}
            <span className="quiet small-text number">
              {services.length} {services.length === 1 ? "service" : "services"}
            </span>
          </div>
        </div>
      ),
    },
    {
      name: "badges",
      title: "",
      cell: ({ errors, kept, policy }) => (
        <span className="row wrap" style={{ gap: 4 }}>
          {errors > 0 && <Badge tone="bad">{errors === 1 ? "1 error" : `${formatCount(errors)} errors`}</Badge>}
          {kept && (
            <Badge tone="accent" title={policy ? `The policy ${policy} keeps it` : "It is kept"}>
              kept{policy && ` by ${policy}`}
            </Badge>
          )}
        </span>
      ),
    },
    numbers("spans", "Spans", ({ spans }) => spans, formatCount, { wide: true }),
    numbers("duration", "Duration", ({ duration_ns }) => duration_ns, formatDuration),
    {
      name: "bar",
      title: "",
      wide: true,
      cell: ({ duration_ns, errors }) => (
        <div className="bar-track" aria-hidden>
          <div className={errors ? "bar failed" : "bar"} style={{ width: `${share(duration_ns) * 100}%` }} />
        </div>
      ),
    },
    {
      name: "start",
      title: "Began",
      right: true,
      wide: true,
      order: ({ start }) => start,
      cell: ({ start }) => <Time at={start} />,
    },
  ];
}
