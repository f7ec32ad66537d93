import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { useAsk } from "@/api/client";
import type { Trace } from "@/api/types";
import { formatCount, formatDuration } from "@/format";
import { Badge } from "@/parts/Badge";
import { serviceColour } from "@/parts/colours";
import { LogLines } from "@/parts/LogLines";
import { ShowSql } from "@/parts/ShowSql";
import { Empty, Failed, Loading, Partial } from "@/parts/states";
import { Time } from "@/parts/Time";
import { Page } from "@/shell/Page";
import { Compare } from "./Compare";
import { CriticalShares } from "./CriticalShares";
import { Decision } from "./Decision";
import { Flame } from "./Flame";
import { Followers } from "./Followers";
import { buildTree, criticalPath, type Node, type Tree } from "./model";
import { SearchLogs } from "./SearchLogs";
import { SpanDetails } from "./SpanDetails";
import "./trace.css";
import type { TraceView } from "./view";
import { Waterfall } from "./Waterfall";

/** One trace: its spans in time, added up, its records, and beside another one. */
export function TracePage() {
  const { traceId } = useParams({ from: "/traces/$traceId" });
  const asked = useAsk("/api/v1/traces/{trace_id}", { path: { trace_id: traceId } }, { staleTime: 60_000 });
  const { data, error, isPending } = asked;
  if (data && data.trace_id === traceId.toLowerCase()) return <Known trace={data} question={asked.question} />;
  return (
    <Page title="Trace" about={<code>{traceId}</code>} timeless>
      <div className="panel">
        {error ? (
          <Failed error={error} retry={() => asked.refetch()} />
        ) : isPending || !error ? (
          <Loading lines={10} />
        ) : null}
      </div>
    </Page>
  );
}

function Known({ trace, question }: { trace: Trace; question: string }) {
  const view = useSearch({ from: "/traces/$traceId" });
  const navigate = useNavigate({ from: "/traces/$traceId" });
  const change = (made: TraceView) => navigate({ search: (before) => ({ ...before, ...made }), replace: true });
  const tree = useMemo(() => buildTree(trace), [trace]);
  const path = useMemo(() => criticalPath(tree), [tree]);
  const chosen = view.span ? tree.byId.get(view.span) : undefined;
  const choose = (node: Node | undefined) => change({ span: node?.span.span_id });
  const root = tree.roots[0];
  return (
    <Page
      title={root ? `${root.span.service}: ${root.span.name}` : "Records of a trace"}
      timeless
      about={<About trace={trace} tree={tree} />}
      actions={<ShowSql of="this trace" questions={[question]} />}
    >
      {trace.more_spans && (
        <Partial>Only the first {formatCount(trace.spans.length)} spans are shown; the trace has more.</Partial>
      )}
      {trace.more_logs && (
        <Partial>Only the newest {formatCount(trace.logs.length)} log records are shown; the trace has more.</Partial>
      )}
      {root?.isOrphan && <Partial>The first span of this trace has a parent that was not received.</Partial>}
      <div className={chosen ? "trace-split chosen" : "trace-split"}>
        <Tabs
          selectedKey={view.view ?? "waterfall"}
          onSelectionChange={(key) => change({ view: key === "waterfall" ? undefined : (key as TraceView["view"]) })}
        >
          <TabList aria-label="Views" className="tabs">
            <Tab id="waterfall">Waterfall</Tab>
            <Tab id="flame">Flame</Tab>
            <Tab id="logs">
              Logs {trace.logs.length > 0 && <span className="quiet">{formatCount(trace.logs.length)}</span>}
            </Tab>
            <Tab id="compare">Compare</Tab>
          </TabList>
          <TabPanel id="waterfall" className="stack view">
            <CriticalShares path={path} />
            {root ? (
              <Waterfall tree={tree} path={path} view={view} change={change} choose={choose} />
            ) : (
              <Empty title="No span of this trace was received" />
            )}
            {trace.followers.length > 0 && (
              <section className="panel followed" aria-label="What followed in other traces">
                <h2>What followed in other traces</h2>
                <Followers followers={trace.followers} start={tree.start} />
              </section>
            )}
          </TabPanel>
          <TabPanel id="flame" className="view">
            <Flame tree={tree} choose={choose} />
          </TabPanel>
          <TabPanel id="logs" className="view">
            <div className="panel log-panel">
              {trace.logs.length ? (
                <>
                  <LogLines logs={trace.logs} withService />
                  <SearchLogs trace={trace.trace_id} tree={tree} logs={trace.logs} />
                </>
              ) : (
                <Empty title="No log record belongs to this trace" />
              )}
            </div>
          </TabPanel>
          <TabPanel id="compare" className="view">
            <Compare trace={trace} tree={tree} other={view.with} change={change} />
          </TabPanel>
        </Tabs>
        {chosen && (
          <SpanDetails
            key={chosen.key}
            trace={trace.trace_id}
            tree={tree}
            node={chosen}
            choose={choose}
            close={() => choose(undefined)}
          />
        )}
      </div>
    </Page>
  );
}

function About({ trace, tree }: { trace: Trace; tree: Tree }) {
  const failed = trace.spans.filter(({ status }) => status === "error").length;
  const first = tree.nodes.find(({ start }) => start === 0);
  return (
    <>
      {first && <Time at={first.span.start} exact="millisecond" />}
      <strong className="number">{formatDuration(tree.duration)}</strong>
      <span>{formatCount(trace.spans.length)} spans</span>
      {failed > 0 && <Badge tone="bad">{failed === 1 ? "1 error" : `${formatCount(failed)} errors`}</Badge>}
      <Decision traceId={trace.trace_id} />
      <span className="row wrap" style={{ gap: "2px 10px" }}>
        {tree.services.map((service) => (
          <span key={service}>
            <span className="swatch" style={{ "--swatch": serviceColour(service) }} />
            {service}
          </span>
        ))}
      </span>
      <code>{trace.trace_id}</code>
    </>
  );
}
