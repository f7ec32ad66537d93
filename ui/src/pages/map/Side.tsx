import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { useAsk } from "@/api/client";
import type { AskedNode, Edge } from "@/api/types";
import { formatDuration, formatRate } from "@/format";
import { Badge } from "@/parts/Badge";
import { ShowSql } from "@/parts/ShowSql";
import { Sparkline } from "@/parts/Sparkline";
import { stepTimes, stepValues } from "@/parts/steps";
import { useRange } from "@/shell/range";
import { asParameters } from "@/time";
import { EndName, Failing } from "./EdgesTable";
import { edgeKey, keyOf, tracesOf, within } from "./model";
import { KINDS } from "./shapes";

type Choose = (what: AskedNode | Edge) => void;

/** What is asked of a node, how that went, who calls it and whom it calls. */
export function NodeSide({
  node,
  edges,
  seconds,
  environment,
  choose,
  close,
}: {
  node: AskedNode;
  edges: Edge[];
  seconds: number;
  environment: string | undefined;
  choose: Choose;
  close: () => void;
}) {
  const isService = node.kind === "service";
  const key = keyOf(node);
  const callers = edges.filter(({ callee }) => keyOf(callee) === key);
  const callees = edges.filter(({ caller }) => keyOf(caller) === key);
  const traces = { ...(isService ? { service: node.name } : { peer: node.name }), ...within(environment) };
  return (
    <Side label={node.name} heading={node.name} kind={KINDS[node.kind] ?? node.kind} close={close}>
      <Numbers {...node} seconds={seconds} of={isService ? "requests" : "calls"} />
      {isService && <Course service={node.name} environment={environment} />}
      <div className="row wrap links">
        {isService && (
          <Link to="/services/$name" params={{ name: node.name }}>
            Service
          </Link>
        )}
        <Link to="/traces" search={traces}>
          Traces
        </Link>
        <Link to="/traces" search={{ ...traces, status: "error" }}>
          Failed traces
        </Link>
        <Link to="/map" search={environment ? { around: node.name, environment } : { around: node.name }}>
          Only what is around it
        </Link>
      </div>
      <Calls title="Called by" edges={callers} other="caller" seconds={seconds} choose={choose} />
      <Calls title="Calls" edges={callees} other="callee" seconds={seconds} choose={choose} />
    </Side>
  );
}

/** The calls of one node to another. */
export function EdgeSide({
  edge,
  seconds,
  environment,
  choose,
  close,
}: {
  edge: Edge;
  seconds: number;
  environment: string | undefined;
  choose: (key: string) => void;
  close: () => void;
}) {
  const traces = { ...tracesOf(edge), ...within(environment) };
  const ends = [edge.caller, edge.callee];
  return (
    <Side
      label={`${edge.caller.name} calls ${edge.callee.name}`}
      heading={
        <>
          {edge.caller.name} <span aria-hidden>→</span>
          <span className="unseen">calls</span> {edge.callee.name}
        </>
      }
      kind="calls"
      close={close}
    >
      <Numbers {...edge} seconds={seconds} of="calls" />
      <div className="row wrap links">
        <Link to="/traces" search={traces}>
          Traces of this call
        </Link>
        <Link to="/traces" search={{ ...traces, status: "error" }}>
          Failed ones
        </Link>
      </div>
      <div>
        <h3>Between</h3>
        <ul>
          {ends.map((end) => (
            <li key={keyOf(end)}>
              <button type="button" className="button plain call" onClick={() => choose(keyOf(end))}>
                <span className="row grow">
                  <EndName end={end} />
                </span>
              </button>
            </li>
          ))}
        </ul>
      </div>
    </Side>
  );
}

function Side({
  label,
  heading,
  kind,
  close,
  children,
}: {
  label: string;
  heading: ReactNode;
  kind: string;
  close: () => void;
  children: ReactNode;
}) {
  const box = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: where it is below the map, what was chosen anew is brought into sight
  useEffect(() => {
    if (window.matchMedia("(max-width: 1100px)").matches) box.current?.scrollIntoView({ block: "nearest" });
  }, [label]);
  return (
    <section
      ref={box}
      className="panel map-side"
      aria-label={label}
      onKeyDown={(event) => event.key === "Escape" && close()}
    >
      <header>
        <h2 className="breakable grow">{heading}</h2>
        <Badge>{kind}</Badge>
        <button type="button" className="button plain small" aria-label="Close" onClick={close}>
          <X size={14} aria-hidden />
        </button>
      </header>
      <div className="body stack">{children}</div>
    </section>
  );
}

function Numbers({
  calls,
  errors,
  mean_ns,
  percentiles_ns,
  seconds,
  of,
}: Pick<AskedNode, "calls" | "errors" | "mean_ns" | "percentiles_ns"> & { seconds: number; of: string }) {
  if (!calls) return <p className="quiet">Nobody asked anything of it in this time range.</p>;
  return (
    <dl className="numbers">
      <div className="large">
        <dt>{of === "calls" ? "Calls" : "Requests"}</dt>
        <dd>{formatRate(calls / seconds)}</dd>
      </div>
      <div className="large">
        <dt>Errors</dt>
        <dd>
          <Failing calls={calls} errors={errors} />
        </dd>
      </div>
      <div>
        <dt>Mean</dt>
        <dd>{formatDuration(mean_ns)}</dd>
      </div>
      {(["p50", "p95", "p99"] as const).map((name) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{formatDuration(percentiles_ns[name])}</dd>
        </div>
      ))}
    </dl>
  );
}

/** How a service went over time, in small. */
function Course({ service, environment }: { service: string; environment: string | undefined }) {
  const { range, refetchInterval } = useRange();
  const asked = useAsk(
    "/api/v1/services/{name}/metrics",
    { path: { name: service }, query: { ...asParameters(range), environment, percentile: ["p95"] } },
    { refetchInterval },
  );
  const points = asked.data?.series[0]?.points;
  if (!asked.data || asked.data.service !== service || !points?.length) return null;
  const times = stepTimes(asked.data);
  const rows: [string, (number | null)[]][] = [
    ["Requests", stepValues(times, points, ({ per_second }) => per_second, 0)],
    ["Errors", stepValues(times, points, ({ error_ratio }) => error_ratio, null)],
    ["p95", stepValues(times, points, ({ percentiles_ns }) => percentiles_ns.p95 ?? null, null)],
  ];
  return (
    <div>
      <div className="row">
        <h3 className="grow">Over time</h3>
        <ShowSql of={`how ${service} went`} questions={[asked.question]} />
      </div>
      {rows.map(([title, values]) => (
        <div key={title} className="row course">
          <span className="quiet small-text">{title}</span>
          <Sparkline values={values} width={210} height={30} label={`${title} of ${service} over time`} />
        </div>
      ))}
    </div>
  );
}

function Calls({
  title,
  edges,
  other,
  seconds,
  choose,
}: {
  title: string;
  edges: Edge[];
  other: "caller" | "callee";
  seconds: number;
  choose: Choose;
}) {
  if (!edges.length) return null;
  return (
    <div>
      <h3>{title}</h3>
      <ul>
        {edges.map((edge) => (
          <li key={edgeKey(edge)}>
            <button type="button" className="button plain call" onClick={() => choose(edge)}>
              <span className="row grow">
                <EndName end={edge[other]} />
              </span>
              <span className="number quiet">{formatRate(edge.calls / seconds)}</span>
              {edge.errors > 0 && <Failing {...edge} />}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
