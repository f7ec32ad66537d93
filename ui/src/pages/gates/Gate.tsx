import { Link, useParams } from "@tanstack/react-router";
import { useMemo } from "react";
import { type Answer, useAsk } from "@/api/client";
import type { GateSummary } from "@/api/types";
import { formatCount, formatDuration } from "@/format";
import { Badge } from "@/parts/Badge";
import { type Column, DataTable } from "@/parts/DataTable";
import { Panel } from "@/parts/Panel";
import { Empty } from "@/parts/states";
import { Time } from "@/parts/Time";
import { Page } from "@/shell/Page";
import "./gates.css";
import { gateTone, resultWords } from "./results";
import { Strip } from "./Strip";

type ListedGate = Answer<"/api/v1/gates/{name}">;
type ListedObjective = ListedGate["objectives"][number];

/** One gate: what it asks for, and what it said of whom. */
export function Gate() {
  const { gate } = useParams({ from: "/gates/$gate" });
  const listed = useAsk("/api/v1/gates/{name}", { path: { name: gate } });
  const history = useAsk("/api/v1/gate-evaluations", { query: { gate, limit: 500 } }, { refetchInterval: 15_000 });
  const strips = useMemo(() => groupByService(history.data?.evaluations ?? []), [history.data]);
  // What another tool reported has no document here.
  const isForeign = listed.error?.status === 404 && (history.data?.evaluations.length ?? 0) > 0;
  return (
    <Page title={gate} timeless about={listed.data && <About gate={listed.data} />}>
      {isForeign ? (
        <p className="quiet">Another tool evaluates this gate and reports what it said.</p>
      ) : (
        <Panel title="What it asks for" asked={listed} flush lines={4}>
          {({ objectives }) => (
            <DataTable label="Objectives" rows={objectives} columns={OBJECTIVES} identify={({ name }) => name} />
          )}
        </Panel>
      )}
      <Panel title="What it said" asked={history} flush lines={6}>
        {({ evaluations }) =>
          evaluations.length ? (
            <>
              <ul className="strips">
                {strips.map(([name, each]) => (
                  <li key={name} className="row">
                    <span className="cut strip-name">{name}</span>
                    <Strip label={`History of ${name}`} evaluations={each} most={60} />
                  </li>
                ))}
              </ul>
              <DataTable
                label="Evaluations"
                rows={evaluations}
                columns={EVALUATIONS}
                identify={({ id, time }) => id || time}
                most={40}
              />
            </>
          ) : (
            <Empty title="It was not evaluated yet">
              <code>assay gate check {gate} --service …</code> does so, and its exit code stops a pipeline.
            </Empty>
          )
        }
      </Panel>
    </Page>
  );
}

function About({ gate }: { gate: ListedGate }) {
  const { description, service, environment, stage, window_seconds, file, document } = gate;
  return (
    <>
      {description && <span>{description}</span>}
      {service && (
        <Link to="/services/$name" params={{ name: service }}>
          {service}
        </Link>
      )}
      {environment && <span>{environment}</span>}
      {stage && <span>{stage.replaceAll("_", " ")}</span>}
      <span>looks back {formatDuration(window_seconds * 1e9)}</span>
      <span title={file}>
        {file.split("/").at(-1)}, version <code>{document}</code>
      </span>
    </>
  );
}

function groupByService(evaluations: GateSummary[]): [string, GateSummary[]][] {
  const groups = new Map<string, GateSummary[]>();
  for (const each of evaluations) {
    const name = [each.service, each.environment].filter(Boolean).join(", ") || "all";
    groups.set(name, [...(groups.get(name) ?? []), each]);
  }
  return [...groups];
}

const OBJECTIVES: Column<ListedObjective>[] = [
  {
    name: "name",
    title: "Objective",
    cell: ({ name, measure, key }) => (
      <span className="row wrap">
        <strong>{name}</strong>
        {measure !== name && <span className="quiet">{measure}</span>}
        {key && <Badge title="If it fails, the gate fails whatever the score">key</Badge>}
      </span>
    ),
  },
  {
    name: "pass",
    title: "Passes if",
    cell: ({ passing }) => (passing ? <code>{passing}</code> : <span className="quiet">only shown</span>),
  },
  { name: "warn", title: "Warns if", wide: true, cell: ({ warning }) => warning && <code>{warning}</code> },
  { name: "weight", title: "Weight", right: true, wide: true, cell: ({ weight }) => formatCount(weight) },
];

const EVALUATIONS: Column<GateSummary>[] = [
  {
    name: "result",
    title: "Said",
    order: ({ result }) => result,
    cell: (each) => {
      const badge = <Badge tone={gateTone(each)}>{resultWords(each)}</Badge>;
      return each.id ? (
        <Link to="/gates/$gate/$evaluation" params={{ gate: each.gate, evaluation: each.id }}>
          {badge}
        </Link>
      ) : (
        badge
      );
    },
  },
  {
    name: "service",
    title: "Service",
    order: ({ service }) => service,
    cell: ({ service, version }) => (
      <span className="row wrap" style={{ gap: "0 8px" }}>
        {service && (
          <Link to="/services/$name" params={{ name: service }}>
            {service}
          </Link>
        )}
        <span className="mono quiet">{version}</span>
      </span>
    ),
  },
  { name: "environment", title: "Environment", wide: true, cell: ({ environment }) => environment },
  {
    name: "why",
    title: "Why",
    wide: true,
    cell: ({ reasons }) => (
      <span className="why" title={reasons.join("\n")}>
        {reasons[0]}
        {reasons.length > 1 && <span className="quiet"> and {reasons.length - 1} more</span>}
      </span>
    ),
  },
  {
    name: "score",
    title: "Score",
    right: true,
    wide: true,
    order: ({ score }) => score ?? -1,
    cell: ({ score }) => (score === null ? "–" : `${Math.round(score)} %`),
  },
  {
    name: "time",
    title: "When",
    right: true,
    order: ({ time }) => time,
    cell: ({ time }) => <Time at={time} exact="minute" />,
  },
];
