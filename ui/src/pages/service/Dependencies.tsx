import { Link } from "@tanstack/react-router";
import { useAsk } from "@/api/client";
import type { Edge } from "@/api/types";
import { formatCount, formatDuration, formatShare } from "@/format";
import { Badge } from "@/parts/Badge";
import { type Column, DataTable, numbers } from "@/parts/DataTable";
import { Panel } from "@/parts/Panel";
import { Empty } from "@/parts/states";
import { useRange } from "@/shell/range";
import { asParameters } from "@/time";

/** Who calls a service and whom it calls, with databases, queues and what else sends no spans itself. */
export function Dependencies({ service }: { service: string }) {
  const { range, refetchInterval } = useRange();
  const asked = useAsk("/api/v1/graph", { query: { ...asParameters(range), service } }, { refetchInterval });
  return (
    <Panel
      title="Dependencies"
      asked={asked}
      flush
      lines={4}
      actions={
        <Link to="/map" search={{ around: service }} className="button plain small">
          On the map
        </Link>
      }
    >
      {({ edges }) =>
        edges.length ? (
          <DataTable
            label="Dependencies"
            rows={edges.map((edge) => ({
              ...edge,
              calledBy: edge.callee.name === service && edge.callee.kind === "service",
            }))}
            columns={COLUMNS}
            identify={({ caller, callee }) => JSON.stringify([caller, callee])}
            most={12}
          />
        ) : (
          <Empty title="No calls in this time range">Calls are seen about a minute after they were made.</Empty>
        )
      }
    </Panel>
  );
}

const COLUMNS: Column<Edge & { calledBy: boolean }>[] = [
  {
    name: "who",
    title: "Who",
    cell: ({ caller, callee, calledBy }) => {
      const { name, kind } = calledBy ? caller : callee;
      return (
        <span className="row">
          <span className="quiet">{calledBy ? "from" : "to"}</span>
          {kind === "service" ? (
            <Link to="/services/$name" params={{ name }}>
              {name}
            </Link>
          ) : (
            <>
              <span className="breakable">{name}</span> <Badge>{kind}</Badge>
            </>
          )}
        </span>
      );
    },
  },
  numbers("calls", "Calls", ({ calls }) => calls, formatCount),
  {
    name: "errors",
    title: "Errors",
    right: true,
    order: ({ errors, calls }) => errors / calls,
    cell: ({ errors, calls }) => <span className={errors ? "bad" : "quiet"}>{formatShare(errors / calls)}</span>,
  },
  {
    name: "p95",
    title: "p95",
    right: true,
    order: (edge) => edge.percentiles_ns.p95 ?? 0,
    cell: (edge) => formatDuration(edge.percentiles_ns.p95),
  },
];
