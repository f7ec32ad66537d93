import { Link } from "@tanstack/react-router";
import type { Answer } from "@/api/client";
import type { Glance, Incident, Services } from "@/api/types";
import { formatDuration, formatRate, formatShare } from "@/format";
import { Badge } from "@/parts/Badge";
import { serviceColour } from "@/parts/colours";
import { type Column, DataTable, numbers } from "@/parts/DataTable";
import { GateLink, GateResult } from "@/parts/GateResult";
import { Sparkline } from "@/parts/Sparkline";
import { Empty } from "@/parts/states";
import { Time } from "@/parts/Time";
import { milliseconds, type Range } from "@/time";
import type { GateState } from "./gates";

type Row = {
  name: string;
  perSecond: number;
  errors: number | null;
  p95: number | null;
  points: (number | null)[];
  lastSeen: string;
  incidents: number;
  gates: GateState | undefined;
};

/** Every service of the time range: rate, errors, the slow end of its durations and how that went, and open incidents. */
export function ServicesTable({
  services,
  series,
  incidents,
  gates,
  range,
}: {
  services: Services;
  series: Answer<"/api/v1/services/series"> | undefined;
  incidents: Incident[];
  gates: Map<string, GateState>;
  range: Range;
}) {
  const rows = services
    .filter(({ name, spans }) => name !== "assay" || spans > 0)
    .map((service) => makeRow(service, series, incidents, gates));
  if (rows.length === 0)
    return (
      <Empty title="Nothing was received in this time range">
        {range.to === undefined ? "Choose a longer one above." : "Choose another one above."}
      </Empty>
    );
  return <DataTable label="Services" rows={rows} columns={COLUMNS} identify={({ name }) => name} />;
}

const COLUMNS: Column<Row>[] = [
  {
    name: "name",
    title: "Service",
    order: ({ name }) => name,
    cell: ({ name }) => (
      <span className="row">
        <span className="swatch" style={{ "--swatch": serviceColour(name), marginRight: 0 }} />
        <Link to="/services/$name" params={{ name }}>
          {name}
        </Link>
      </span>
    ),
  },
  {
    name: "incidents",
    title: "State",
    order: ({ incidents }) => incidents,
    cell: ({ incidents, gates }) => (
      <span className="row wrap" style={{ gap: 4 }}>
        {incidents > 0 && (
          <Badge tone="bad">{incidents === 1 ? "1 open incident" : `${incidents} open incidents`}</Badge>
        )}
        {gates && (
          <GateLink gate={gates.gate} evaluation={gates.evaluation}>
            <GateResult result={gates.result} title={`What its gates said last: ${gates.said}`} />
          </GateLink>
        )}
      </span>
    ),
  },
  numbers("rate", "Requests", ({ perSecond }) => perSecond, formatRate),
  {
    name: "errors",
    title: "Errors",
    right: true,
    order: ({ errors }) => errors ?? -1,
    cell: ({ errors }) => <span className={errors ? "bad" : "quiet"}>{formatShare(errors)}</span>,
  },
  { name: "p95", title: "p95", right: true, order: ({ p95 }) => p95 ?? -1, cell: ({ p95 }) => formatDuration(p95) },
  {
    name: "trend",
    title: "p95 over time",
    wide: true,
    cell: ({ name, points }) => <Sparkline values={points} label={`p95 of ${name} over time`} />,
  },
  {
    name: "seen",
    title: "Last seen",
    wide: true,
    right: true,
    order: ({ lastSeen }) => lastSeen,
    cell: ({ lastSeen }) => <Time at={lastSeen} ago />,
  },
];

function makeRow(
  service: Services[number],
  series: Answer<"/api/v1/services/series"> | undefined,
  incidents: Incident[],
  gates: Map<string, GateState>,
): Row {
  const glance = series?.services.find(({ name }) => name === service.name);
  const seconds = series ? (milliseconds(series.end) - milliseconds(series.start)) / 1000 : Number.NaN;
  const spans = total(glance, "spans");
  return {
    name: service.name,
    perSecond: spans / seconds,
    errors: spans ? total(glance, "errors") / spans : null,
    p95: service.durations?.p95_ns ?? null,
    points: series ? fill(glance, series) : [],
    lastSeen: service.last_seen,
    incidents: incidents.filter((incident) => incident.service === service.name).length,
    gates: gates.get(service.name),
  };
}

function total(glance: Glance | undefined, what: "spans" | "errors"): number {
  return glance?.points.reduce((sum, point) => sum + point[what], 0) ?? 0;
}

function fill(
  glance: Glance | undefined,
  { start, end, step_seconds }: Answer<"/api/v1/services/series">,
): (number | null)[] {
  const first = milliseconds(start);
  const values = Array.from(
    { length: Math.round((milliseconds(end) - first) / step_seconds / 1000) },
    (): number | null => null,
  );
  for (const { time, p95_ns } of glance?.points ?? [])
    values[Math.round((milliseconds(time) - first) / step_seconds / 1000)] = p95_ns;
  return values;
}
