import { Link } from "@tanstack/react-router";
import { useAsk } from "@/api/client";
import type { Operation } from "@/api/types";
import { formatCount, formatDuration, formatShare } from "@/format";
import { Badge } from "@/parts/Badge";
import { type Column, DataTable, numbers } from "@/parts/DataTable";
import { Panel } from "@/parts/Panel";
import { Empty } from "@/parts/states";
import { useRange } from "@/shell/range";
import { asParameters } from "@/time";

/** What a service does: how often, how often it fails and how long it takes. */
export function Operations({ service }: { service: string }) {
  const { range, refetchInterval } = useRange();
  const asked = useAsk(
    "/api/v1/services/{name}/operations",
    { path: { name: service }, query: asParameters(range) },
    { refetchInterval },
  );
  return (
    <Panel title="Operations" asked={asked} flush lines={5}>
      {({ operations }) =>
        operations.length ? (
          <DataTable
            label="Operations"
            rows={operations}
            columns={columns(service)}
            identify={({ name, kind }) => `${kind} ${name}`}
            most={20}
          />
        ) : (
          <Empty title="No spans in this time range" />
        )
      }
    </Panel>
  );
}

function columns(service: string): Column<Operation>[] {
  return [
    {
      name: "name",
      title: "Operation",
      order: ({ name }) => name,
      cell: ({ name }) => (
        <Link to="/traces" search={{ service, operation: name }} className="breakable">
          {name}
        </Link>
      ),
    },
    { name: "kind", title: "Kind", wide: true, order: ({ kind }) => kind, cell: ({ kind }) => <Badge>{kind}</Badge> },
    numbers("spans", "Count", ({ spans }) => spans, formatCount),
    {
      name: "errors",
      title: "Errors",
      right: true,
      order: ({ errors, spans }) => errors / spans,
      cell: ({ errors, spans }) => <span className={errors ? "bad" : "quiet"}>{formatShare(errors / spans)}</span>,
    },
    numbers("p50", "p50", ({ durations }) => durations.p50_ns, formatDuration, { wide: true }),
    numbers("p95", "p95", ({ durations }) => durations.p95_ns, formatDuration),
    numbers("p99", "p99", ({ durations }) => durations.p99_ns, formatDuration, { wide: true }),
  ];
}
