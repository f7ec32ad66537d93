import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { useAsk } from "@/api/client";
import type { Trace, TraceSummary } from "@/api/types";
import { formatCount, formatDuration } from "@/format";
import { serviceColour } from "@/parts/colours";
import { type Column, DataTable, numbers } from "@/parts/DataTable";
import { Panel } from "@/parts/Panel";
import { Empty } from "@/parts/states";
import { Time } from "@/parts/Time";
import { milliseconds } from "@/time";
import { compareTrees, type Difference } from "./differences";
import { buildTree, type Tree } from "./model";
import type { TraceView } from "./view";

const AROUND_MILLISECONDS = 3_600_000;

/** Two traces side by side: what one does more often or longer than the other. */
export function Compare({
  trace,
  tree,
  other,
  change,
}: {
  trace: Trace;
  tree: Tree;
  other: string | undefined;
  change: (made: TraceView) => void;
}) {
  if (!other) return <Choose trace={trace} tree={tree} change={change} />;
  return <Compared tree={tree} other={other} change={change} />;
}

function Choose({ trace, tree, change }: { trace: Trace; tree: Tree; change: (made: TraceView) => void }) {
  const [typed, setTyped] = useState("");
  const root = tree.roots[0]?.span;
  const at = root ? milliseconds(root.start) : Date.now();
  const asked = useAsk(
    "/api/v1/traces",
    {
      query: {
        service: root?.service,
        operation: root?.name,
        start: new Date(at - AROUND_MILLISECONDS).toISOString(),
        end: new Date(at + AROUND_MILLISECONDS).toISOString(),
        limit: 20,
      },
    },
    { enabled: root !== undefined },
  );
  return (
    <Panel title="Compare with" asked={asked} flush lines={5}>
      {({ traces }) => {
        const others = traces.filter(({ trace_id }) => trace_id !== trace.trace_id);
        return (
          <>
            <form
              className="row"
              style={{ padding: "0 16px 10px" }}
              onSubmit={(event) => {
                event.preventDefault();
                if (/^[0-9a-f]{32}$/i.test(typed.trim())) change({ with: typed.trim().toLowerCase() });
              }}
            >
              <input
                className="input mono grow"
                aria-label="Id of the other trace"
                placeholder="the id of any trace, or one of those below, which began alike"
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
              />
              <button type="submit" className="button">
                Compare
              </button>
            </form>
            {others.length ? (
              <DataTable
                label="Traces that began alike"
                rows={others}
                identify={({ trace_id }) => trace_id}
                columns={OTHERS}
              />
            ) : (
              <Empty title="No other trace began alike within an hour" />
            )}
          </>
        );
      }}
    </Panel>
  );
}

function Compared({ tree, other, change }: { tree: Tree; other: string; change: (made: TraceView) => void }) {
  const asked = useAsk("/api/v1/traces/{trace_id}", { path: { trace_id: other } }, { staleTime: 60_000 });
  const differences = useMemo(() => asked.data && compareTrees(tree, buildTree(asked.data)), [tree, asked.data]);
  return (
    <Panel
      title="This trace and another"
      asked={asked}
      flush
      actions={
        <button type="button" className="button plain small" onClick={() => change({ with: undefined })}>
          Choose another
        </button>
      }
    >
      {() => (
        <>
          <p className="quiet" style={{ padding: "0 16px 8px" }}>
            Compared with{" "}
            <Link to="/traces/$traceId" params={{ traceId: other }} className="mono">
              {other}
            </Link>
            . Spans that are called alike on the way from the root are one row; positive differences are time that this
            trace takes longer.
          </p>
          <DataTable label="Differences" rows={differences ?? []} columns={COLUMNS} identify={({ path }) => path} />
        </>
      )}
    </Panel>
  );
}

const COLUMNS: Column<Difference>[] = [
  {
    name: "name",
    title: "Span",
    cell: ({ service, name, depth }) => (
      <span style={{ paddingLeft: Math.min(depth, 12) * 12 }} className="breakable">
        <span className="swatch" style={{ "--swatch": serviceColour(service) }} />
        <span className="quiet">{service}</span> {name}
      </span>
    ),
  },
  {
    name: "counts",
    title: "Count",
    right: true,
    wide: true,
    cell: ({ here, there }) => `${here?.count ?? 0} | ${there?.count ?? 0}`,
  },
  {
    name: "errors",
    title: "Errors",
    right: true,
    wide: true,
    cell: ({ here, there }) => `${here?.errors ?? 0} | ${there?.errors ?? 0}`,
  },
  numbers("here", "This", ({ here }) => here?.total, formatDuration),
  numbers("there", "Other", ({ there }) => there?.total, formatDuration),
  {
    name: "more",
    title: "Difference",
    right: true,
    order: ({ more }) => more,
    cell: ({ more }) => (
      <span className={more > 0 ? "bad" : more < 0 ? "good" : "quiet"}>
        {more > 0 ? "+" : ""}
        {formatDuration(more)}
      </span>
    ),
  },
];

const OTHERS: Column<TraceSummary>[] = [
  {
    name: "id",
    title: "Trace",
    cell: ({ trace_id }) => (
      <Link to="." search={(before) => ({ ...before, with: trace_id })} className="mono">
        {trace_id.slice(0, 8)}
      </Link>
    ),
  },
  numbers("duration", "Duration", ({ duration_ns }) => duration_ns, formatDuration),
  numbers("spans", "Spans", ({ spans }) => spans, formatCount),
  {
    name: "errors",
    title: "Errors",
    right: true,
    order: ({ errors }) => errors,
    cell: ({ errors }) => <span className={errors ? "bad" : "quiet"}>{formatCount(errors)}</span>,
  },
  { name: "start", title: "Began", right: true, cell: ({ start }) => <Time at={start} /> },
];
