import { Link } from "@tanstack/react-router";
import type { MetricExemplar } from "@/api/types";
import { type Column, DataTable } from "@/parts/DataTable";
import { Time } from "@/parts/Time";
import type { Measure } from "./unit";

/** Values that were counted, with the traces in which they were measured. */
export function ExemplarTable({ exemplars, measure }: { exemplars: MetricExemplar[]; measure: Measure }) {
  const newest = [...exemplars].reverse();
  return (
    <DataTable
      label="Exemplars"
      rows={newest}
      columns={columns(measure)}
      identify={({ time, trace_id, span_id, value }) => `${time} ${trace_id} ${span_id} ${value}`}
      most={10}
    />
  );
}

function columns({ format }: Measure): Column<MetricExemplar>[] {
  return [
    {
      name: "trace",
      title: "Trace",
      cell: ({ trace_id, span_id, is_stored }) =>
        is_stored ? (
          <Link to="/traces/$traceId" params={{ traceId: trace_id }} search={span_id ? { span: span_id } : {}}>
            <code>{trace_id.slice(0, 12)}…</code>
          </Link>
        ) : (
          <span className="quiet">
            <code>{trace_id.slice(0, 12)}…</code> not stored
          </span>
        ),
    },
    {
      name: "value",
      title: "Value",
      right: true,
      order: ({ value }) => value,
      cell: ({ value }) => format(value),
    },
    { name: "service", title: "Service", wide: true, order: ({ service }) => service, cell: ({ service }) => service },
    {
      name: "labels",
      title: "Attributes",
      wide: true,
      cell: ({ labels, filtered }) => (
        <span className="quiet breakable mono">
          {Object.entries({ ...labels, ...filtered })
            .map(([key, value]) => `${key}=${value}`)
            .join(" ")}
        </span>
      ),
    },
    { name: "time", title: "Time", right: true, order: ({ time }) => time, cell: ({ time }) => <Time at={time} /> },
  ];
}
