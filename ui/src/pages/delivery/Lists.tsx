import { Link } from "@tanstack/react-router";
import { type Answer, useAsk } from "@/api/client";
import { formatDuration, formatShare } from "@/format";
import { Badge } from "@/parts/Badge";
import { type Column, DataTable } from "@/parts/DataTable";
import { Panel } from "@/parts/Panel";
import { Empty, Partial } from "@/parts/states";
import { Time } from "@/parts/Time";
import type { Lists as ListName } from "./metrics";
import { METHODS } from "./metrics";

type Deployment = Answer<"/api/v1/dora/deployments">["deployments"][number];
type Change = Answer<"/api/v1/dora/changes">["changes"][number];
type Incident = Answer<"/api/v1/dora/incidents">["incidents"][number];
type Query = Record<string, string | number | undefined>;

const MOST = 500;

/** What is behind the chosen number, one by one. */
export function Behind({ list, query }: { list: ListName; query: Query }) {
  if (list === "changes") return <Changes query={query} />;
  if (list === "incidents") return <Incidents query={query} />;
  return <Deployments query={query} only={list} />;
}

function Deployments({ query, only }: { query: Query; only: "deployments" | "failed" | "rework" }) {
  const asked = useAsk("/api/v1/dora/deployments", {
    query: { ...query, limit: MOST, failed: only === "failed" || undefined, rework: only === "rework" || undefined },
  });
  const title = {
    deployments: "Deployments",
    failed: "Deployments that failed",
    rework: "Deployments that are rework",
  };
  return (
    <Panel title={title[only]} asked={asked} flush lines={6}>
      {({ deployments }) =>
        deployments.length ? (
          <>
            <Cut count={deployments.length} of="newest deployments" />
            <DataTable
              label={title[only]}
              rows={deployments}
              columns={DEPLOYMENTS}
              identify={({ event_id, id, environment }) => `${event_id}${id}${environment}`}
              most={20}
            />
          </>
        ) : (
          <Empty title={only === "deployments" ? "No deployment in this window" : "None in this window"} />
        )
      }
    </Panel>
  );
}

function Changes({ query }: { query: Query }) {
  const asked = useAsk("/api/v1/dora/changes", { query: { ...query, limit: MOST } });
  return (
    <Panel title="Changes" asked={asked} flush lines={6}>
      {({ changes }) =>
        changes.length ? (
          <>
            <Cut count={changes.length} of="changes that took longest" />
            <DataTable
              label="Changes"
              rows={changes}
              columns={CHANGES}
              identify={({ revision, service, environment }) => `${revision}${service}${environment}`}
              most={20}
            />
          </>
        ) : (
          <Empty title="No commit of which it is known when it was deployed">
            <code>assay deployment finished</code> reports the commits of a deployment.
          </Empty>
        )
      }
    </Panel>
  );
}

function Incidents({ query }: { query: Query }) {
  const asked = useAsk("/api/v1/dora/incidents", { query: { ...query, limit: MOST } });
  return (
    <Panel title="Incidents" asked={asked} flush lines={6}>
      {({ incidents }) =>
        incidents.length ? (
          <>
            <Cut count={incidents.length} of="newest incidents" />
            <DataTable label="Incidents" rows={incidents} columns={INCIDENTS} identify={({ id }) => id} most={20} />
          </>
        ) : (
          <Empty title="No incident in this window" />
        )
      }
    </Panel>
  );
}

function Cut({ count, of }: { count: number; of: string }) {
  return count < MOST ? null : (
    <div style={{ padding: "0 16px 8px" }}>
      <Partial>
        The {MOST} {of}. The numbers above count all.
      </Partial>
    </div>
  );
}

/** Why a deployment counts as failed, and how sure that is. */
export function Reasons({ reasons }: { reasons: Deployment["reasons"] }) {
  return (
    <ul className="reasons">
      {reasons.map(({ method, confidence, incident, repaired_by }) => (
        <li key={`${method}${incident}`}>
          {METHODS[method] ?? method}
          {incident && <> ({incident})</>}
          <Sure confidence={confidence} />
          {repaired_by && <span className="quiet">, repaired by {repaired_by}</span>}
        </li>
      ))}
    </ul>
  );
}

function Sure({ confidence }: { confidence: number }) {
  return (
    <span className="quiet" title="How sure that is">
      {" "}
      {formatShare(confidence)}
    </span>
  );
}

function serviceColumn<R extends { service: string }>(): Column<R> {
  return {
    name: "service",
    title: "Service",
    order: ({ service }) => service,
    cell: ({ service }) =>
      service && (
        <Link to="/services/$name" params={{ name: service }}>
          {service}
        </Link>
      ),
  };
}

const DEPLOYMENTS: Column<Deployment>[] = [
  serviceColumn(),
  {
    name: "version",
    title: "Version",
    cell: ({ version, url, id }) => {
      const shown = <span className="mono">{version || id}</span>;
      return url ? <a href={url}>{shown}</a> : shown;
    },
  },
  {
    name: "revision",
    title: "Revision",
    wide: true,
    cell: ({ revision }) => (
      <span className="mono quiet" title={revision}>
        {revision.slice(0, 8)}
      </span>
    ),
  },
  { name: "team", title: "Team", wide: true, order: ({ team }) => team, cell: ({ team }) => team },
  {
    name: "outcome",
    title: "Outcome",
    order: ({ failed, is_rework }) => (failed ? 2 : is_rework ? 1 : 0),
    cell: ({ failed, is_rework }) => (
      <span className="row wrap">
        {failed ? <Badge tone="bad">failed</Badge> : <span className="quiet">good</span>}
        {is_rework && <Badge tone="warn">rework</Badge>}
      </span>
    ),
  },
  { name: "why", title: "How it is known", wide: true, cell: ({ reasons }) => <Reasons reasons={reasons} /> },
  {
    name: "time",
    title: "When",
    right: true,
    order: ({ time }) => time,
    cell: ({ time }) => <Time at={time} exact="minute" />,
  },
];

const CHANGES: Column<Change>[] = [
  {
    name: "title",
    title: "Change",
    cell: ({ title, revision }) => (
      <span className="stack" style={{ gap: 0 }}>
        {title && <span className="breakable">{title}</span>}
        <span className="mono quiet" title={revision}>
          {revision.slice(0, 10)}
        </span>
      </span>
    ),
  },
  serviceColumn(),
  {
    name: "committed",
    title: "Committed",
    right: true,
    wide: true,
    order: ({ committed_at }) => committed_at,
    cell: ({ committed_at }) => <Time at={committed_at} exact="minute" />,
  },
  {
    name: "deployed",
    title: "Deployed",
    right: true,
    wide: true,
    order: ({ deployed_at }) => deployed_at,
    cell: ({ deployed_at }) => <Time at={deployed_at} exact="minute" />,
  },
  {
    name: "lead",
    title: "Lead time",
    right: true,
    order: ({ lead_seconds }) => lead_seconds,
    cell: ({ lead_seconds }) =>
      lead_seconds < 0 ? (
        <span className="warn" title="Clocks disagree: it counts in no number">
          {formatDuration(lead_seconds * 1e9)}
        </span>
      ) : (
        formatDuration(lead_seconds * 1e9)
      ),
  },
];

const INCIDENTS: Column<Incident>[] = [
  {
    name: "title",
    title: "Incident",
    cell: ({ title, id, url }) => (
      <span className="stack" style={{ gap: 0 }}>
        {url ? <a href={url}>{title || id}</a> : <span className="breakable">{title || id}</span>}
        {title && <span className="quiet">{id}</span>}
      </span>
    ),
  },
  { ...serviceColumn<Incident>(), wide: true },
  {
    name: "severity",
    title: "Severity",
    wide: true,
    order: ({ severity }) => severity,
    cell: ({ severity }) => severity && <Badge tone={severity === "low" ? "plain" : "bad"}>{severity}</Badge>,
  },
  {
    name: "cause",
    title: "Held against",
    cell: ({ caused_by, cause }) =>
      caused_by.length ? (
        <ul className="reasons">
          {caused_by.map(({ deployment, method, confidence }) => (
            <li key={`${deployment}${method}`}>
              <span className="mono">{deployment}</span>
              <span className="quiet">: {INCIDENT_METHODS[method] ?? method}</span>
              <Sure confidence={confidence} />
            </li>
          ))}
        </ul>
      ) : (
        <span className="quiet">{cause ? `no deployment: ${cause.replaceAll("_", " ")}` : "no deployment"}</span>
      ),
  },
  {
    name: "opened",
    title: "Opened",
    right: true,
    wide: true,
    order: ({ opened_at }) => opened_at ?? "",
    cell: ({ opened_at }) => (opened_at ? <Time at={opened_at} exact="minute" /> : "unknown"),
  },
  {
    name: "seconds",
    title: "Lasted",
    right: true,
    order: ({ seconds }) => seconds ?? Number.POSITIVE_INFINITY,
    cell: ({ seconds, resolved_at }) =>
      resolved_at === null ? <Badge tone="bad">open</Badge> : formatDuration(seconds === null ? null : seconds * 1e9),
  },
];

const INCIDENT_METHODS: Record<string, string> = {
  ...METHODS,
  link: "the incident names it",
  window: "the incident began soon after it",
};
