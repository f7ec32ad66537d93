import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { Metric } from "@/api/types";
import { formatCount } from "@/format";
import { Badge } from "@/parts/Badge";
import { type Column, DataTable } from "@/parts/DataTable";
import { Empty } from "@/parts/states";
import { Time } from "@/parts/Time";
import { kindName } from "./kinds";

/** All metrics that were sent, to pick one; what is typed is looked for in names, descriptions, units and services. */
export function MetricList({
  metrics,
  find,
  change,
}: {
  metrics: Metric[];
  find: string;
  change: (find: string | undefined) => void;
}) {
  const [text, setText] = useState(find);
  const found = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    return metrics.filter((metric) => {
      const said = [metric.name, metric.description, metric.unit, kindName(metric), ...metric.services];
      const all = said.join(" ").toLowerCase();
      return words.every((word) => all.includes(word));
    });
  }, [metrics, text]);
  if (!metrics.length)
    return (
      <Empty title="No metric was sent in this time range">
        An OpenTelemetry SDK sends metrics to the same address as traces, mostly once a minute. Prometheus can
        remote-write here, StatsD can send here, and targets can be scraped.
      </Empty>
    );
  return (
    <>
      <div className="metric-find">
        <input
          className="input"
          type="search"
          aria-label="Find a metric"
          placeholder="a part of the name, the description, the unit or a service"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onBlur={() => change(text || undefined)}
          onKeyDown={(event) => event.key === "Enter" && change(text || undefined)}
        />
        <span className="quiet small-text number" role="status">
          {formatCount(found.length)} of {formatCount(metrics.length)}
        </span>
      </div>
      {found.length ? (
        <DataTable label="Metrics" rows={found} columns={COLUMNS} identify={keyOf} most={100} />
      ) : (
        <Empty title="No metric has that in it">Take a word away, or choose a longer time range.</Empty>
      )}
    </>
  );
}

function keyOf({ name, kind, unit, temporality, monotonic }: Metric): string {
  return JSON.stringify([name, kind, unit, temporality, monotonic]);
}

const COLUMNS: Column<Metric>[] = [
  {
    name: "name",
    title: "Metric",
    order: ({ name }) => name,
    cell: ({ name, description }) => (
      <div>
        <Link to="/explore/metrics" search={{ metric: name }} className="breakable">
          {name}
        </Link>
        {description && <div className="quiet small-text">{description}</div>}
      </div>
    ),
  },
  {
    name: "kind",
    title: "Type",
    order: kindName,
    cell: (metric) => (
      <span className="row wrap" style={{ gap: 4 }}>
        <Badge>{kindName(metric)}</Badge>
        {metric.temporality === "delta" && (
          <Badge title="Each point has what was added since the one before">delta</Badge>
        )}
      </span>
    ),
  },
  { name: "unit", title: "Unit", order: ({ unit }) => unit, cell: ({ unit }) => <span className="mono">{unit}</span> },
  {
    name: "services",
    title: "Services",
    wide: true,
    cell: ({ services }) => (
      <span className="quiet" title={services.join(", ")}>
        {services.slice(0, 3).join(", ")}
        {services.length > 3 && ` and ${services.length - 3} more`}
      </span>
    ),
  },
  {
    name: "points",
    title: "Points",
    right: true,
    wide: true,
    order: ({ points }) => points,
    cell: ({ points }) => formatCount(points),
  },
  {
    name: "seen",
    title: "Last",
    right: true,
    wide: true,
    order: ({ last_seen }) => last_seen,
    cell: ({ last_seen }) => <Time at={last_seen} ago />,
  },
];
