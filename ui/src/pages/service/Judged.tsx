import { Link } from "@tanstack/react-router";
import { useAsk } from "@/api/client";
import type { BaselineView, GateSummary } from "@/api/types";
import { formatDuration, formatRate, formatShare } from "@/format";
import { Badge } from "@/parts/Badge";
import { type Column, DataTable } from "@/parts/DataTable";
import { GateLink, GateResult } from "@/parts/GateResult";
import { Panel } from "@/parts/Panel";
import { Empty } from "@/parts/states";
import { Time } from "@/parts/Time";
import { WHOLE } from "@/shell/links";

const SHOWN = 10;

/** What gates said about a service, whenever that was. */
export function GatesSaid({ service }: { service: string }) {
  const asked = useAsk("/api/v1/gate-evaluations", { query: { service, limit: SHOWN } });
  return (
    <Panel title="Gates" asked={asked} flush lines={3}>
      {({ evaluations }) =>
        evaluations.length ? (
          <DataTable label="Gates" rows={evaluations} columns={GATES} identify={({ id }) => id} />
        ) : (
          <Empty title="No gate has judged it yet">
            A gate is a file that says what a release must keep to; <code>assay gate check</code> asks it.
          </Empty>
        )
      }
    </Panel>
  );
}

const GATES: Column<GateSummary>[] = [
  {
    name: "gate",
    title: "Gate",
    cell: ({ gate, environment }) => (
      <>
        <Link to="/gates/$gate" params={{ gate }}>
          {gate}
        </Link>{" "}
        <span className="quiet">{environment}</span>
      </>
    ),
  },
  { name: "version", title: "Version", wide: true, cell: ({ version }) => <span className="mono">{version}</span> },
  {
    name: "result",
    title: "Result",
    cell: ({ gate, id, result, reasons, decided }) => (
      <span className="row wrap" style={{ gap: 4 }}>
        <GateLink gate={gate} evaluation={id}>
          <GateResult result={result} title={reasons.join("; ")} />
        </GateLink>
        {!decided && <Badge tone="warn">undecided</Badge>}
      </span>
    ),
  },
  { name: "score", title: "Score", right: true, cell: ({ score }) => formatShare(score === null ? null : score / 100) },
  { name: "time", title: "When", right: true, cell: ({ time }) => <Time at={time} ago /> },
];

/** With what releases of a service are compared. */
export function BaselinesHeld({ service }: { service: string }) {
  const asked = useAsk("/api/v1/baselines", { query: { service, limit: SHOWN } });
  return (
    <Panel title="Baselines" asked={asked} flush lines={3}>
      {({ baselines }) =>
        baselines.length ? (
          <DataTable label="Baselines" rows={baselines} columns={BASELINES} identify={({ id }) => id} />
        ) : (
          <Empty title="No baseline is held">
            Gates compare a release with one; <code>assay baseline take</code> makes it.
          </Empty>
        )
      }
    </Panel>
  );
}

const seconds = (value: number | undefined) => formatDuration(value === undefined ? undefined : value * 1e9);

const BASELINES: Column<BaselineView>[] = [
  {
    name: "kind",
    title: "Kind",
    cell: ({ kind, operation, environment, taken_at }) => (
      <span className="stack" style={{ gap: 0 }}>
        <span>
          {kind} <span className="quiet">{[operation, environment].filter(Boolean).join(", ")}</span>
        </span>
        <span className="quiet small-text">
          taken <Time at={taken_at} ago />
        </span>
      </span>
    ),
  },
  { name: "version", title: "Version", cell: ({ version }) => <span className="mono">{version}</span> },
  { name: "rate", title: "Requests", right: true, wide: true, cell: ({ metrics }) => formatRate(metrics.throughput) },
  { name: "errors", title: "Errors", right: true, cell: ({ metrics }) => formatShare(metrics.error_rate) },
  { name: "p95", title: "p95", right: true, cell: ({ metrics }) => seconds(metrics.latency_p95) },
  {
    name: "compare",
    title: "",
    right: true,
    cell: ({ kind, environment, operation }) => (
      <Link
        to="."
        search={(before) => ({
          ...before,
          against: `baseline ${kind}`,
          version: undefined,
          environment: environment || undefined,
          operation: operation || undefined,
        })}
        activeOptions={WHOLE}
        resetScroll={false}
      >
        Compare
      </Link>
    ),
  },
];
