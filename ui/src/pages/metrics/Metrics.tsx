import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useAsk } from "@/api/client";
import { Panel } from "@/parts/Panel";
import { Page } from "@/shell/Page";
import { useRange } from "@/shell/range";
import { asParameters } from "@/time";
import { Builder, type Change } from "./Builder";
import { MetricCourse } from "./Course";
import { MetricList } from "./MetricList";
import "./metrics.css";
import { tidy } from "./search";

/** The metrics that were sent: the list of them, or one with what is asked of it. */
export function Metrics() {
  const search = useSearch({ from: "/explore/metrics" });
  const navigate = useNavigate({ from: "/explore/metrics" });
  const { range, refetchInterval } = useRange();
  const listed = useAsk("/api/v1/metrics", { query: asParameters(range) }, { refetchInterval });
  const metrics = listed.data?.metrics ?? [];
  const change: Change = (made) => void navigate({ search: (before) => tidy({ ...before, ...made }) });
  const pick = (metric: string) =>
    void navigate({ search: ({ from, to }) => ({ ...(from ? { from, to } : {}), ...(metric ? { metric } : {}) }) });
  if (!search.metric)
    return (
      <Page title="Metrics">
        <Panel title="What was sent" asked={listed} flush lines={8}>
          {() => (
            <MetricList
              metrics={metrics}
              find={search.find ?? ""}
              change={(find) => void navigate({ search: (before) => tidy({ ...before, find }), replace: true })}
            />
          )}
        </Panel>
      </Page>
    );
  const known = metrics.filter(({ name }) => name === search.metric);
  return (
    <Page
      title="Metrics"
      about={
        <Link to="/explore/metrics" search={{}}>
          All metrics
        </Link>
      }
    >
      <Builder search={search} change={change} pick={pick} all={metrics} known={known} />
      <MetricCourse key={search.metric} search={search} change={change} known={known} />
    </Page>
  );
}
