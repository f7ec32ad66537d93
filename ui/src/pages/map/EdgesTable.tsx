import type { Edge } from "@/api/types";
import { formatDuration, formatRate, formatShare } from "@/format";
import { Badge, type Tone } from "@/parts/Badge";
import { type Column, DataTable } from "@/parts/DataTable";
import { type End, edgeKey, HEALTH, type Health, healthOf } from "./model";

const TONES: Record<Health, Tone> = { none: "good", few: "plain", some: "warn", many: "bad" };

/** All calls of the map in a table: the same numbers for who reads or sorts them. */
export function EdgesTable({
  edges,
  seconds,
  choose,
}: {
  edges: Edge[];
  seconds: number;
  choose: (edge: Edge) => void;
}) {
  return <DataTable label="Calls" rows={edges} columns={columns(seconds, choose)} identify={edgeKey} />;
}

/** A share of errors in words and in the colour of how grave it is. */
export function Failing({ calls, errors }: { calls: number; errors: number }) {
  const health = healthOf({ calls, errors });
  return (
    <Badge tone={TONES[health]} title={HEALTH[health]}>
      {errors ? `${formatShare(errors / calls)}, ${health}` : health}
    </Badge>
  );
}

/** The name of a node, with its kind if it is no service. */
export function EndName({ end: { name, kind } }: { end: End }) {
  return (
    <>
      <span className="breakable">{name}</span>
      {kind !== "service" && <Badge>{kind}</Badge>}
    </>
  );
}

function columns(seconds: number, choose: (edge: Edge) => void): Column<Edge>[] {
  const percentile = (name: "p50" | "p95" | "p99", wide = false): Column<Edge> => ({
    name,
    title: name,
    right: true,
    wide,
    order: ({ percentiles_ns }) => percentiles_ns[name] ?? -1,
    cell: ({ percentiles_ns }) => formatDuration(percentiles_ns[name]),
  });
  return [
    {
      name: "call",
      title: "Call",
      order: ({ caller, callee }) => `${caller.name} ${callee.name}`,
      cell: (edge) => (
        <button type="button" className="call-name" onClick={() => choose(edge)}>
          <span className="row">
            <EndName end={edge.caller} />
          </span>
          <span className="row">
            <span aria-hidden>→</span>
            <span className="unseen">calls</span>
            <EndName end={edge.callee} />
          </span>
        </button>
      ),
    },
    {
      name: "rate",
      title: "Rate",
      right: true,
      order: ({ calls }) => calls,
      cell: ({ calls }) => formatRate(calls / seconds),
    },
    {
      name: "errors",
      title: "Errors",
      right: true,
      order: ({ errors, calls }) => errors / calls,
      cell: (edge) => <Failing {...edge} />,
    },
    percentile("p50", true),
    percentile("p95"),
    percentile("p99", true),
  ];
}
