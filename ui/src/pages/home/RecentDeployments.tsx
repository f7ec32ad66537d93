import { Link } from "@tanstack/react-router";
import type { Answer } from "@/api/client";
import { useAsk } from "@/api/client";
import { METHODS } from "@/pages/delivery/metrics";
import { Badge } from "@/parts/Badge";
import { type Column, DataTable } from "@/parts/DataTable";
import { Panel } from "@/parts/Panel";
import { Time } from "@/parts/Time";

type Deployment = Answer<"/api/v1/dora/deployments">["deployments"][number];

/** The newest deployments to any environment, and whether they count as failed. Nothing if there are none. */
export function RecentDeployments() {
  const asked = useAsk("/api/v1/dora/deployments", { query: { window: 30, environment: "", limit: 8 } });
  if (asked.data?.deployments.length === 0) return null;
  return (
    <Panel title="Latest deployments" asked={asked} flush lines={4}>
      {({ deployments }) => (
        <DataTable
          label="Latest deployments"
          rows={deployments}
          columns={DEPLOYMENT_COLUMNS}
          identify={(each) => each.event_id || each.id}
        />
      )}
    </Panel>
  );
}

export const DEPLOYMENT_COLUMNS: Column<Deployment>[] = [
  {
    name: "service",
    title: "Service",
    cell: ({ service }) => (
      <Link to="/services/$name" params={{ name: service }}>
        {service}
      </Link>
    ),
  },
  { name: "version", title: "Version", cell: ({ version }) => <span className="mono">{version}</span> },
  { name: "environment", title: "Environment", wide: true, cell: ({ environment }) => environment },
  {
    name: "revision",
    title: "Revision",
    wide: true,
    cell: ({ revision }) => <span className="mono quiet">{revision.slice(0, 8)}</span>,
  },
  {
    name: "outcome",
    title: "Outcome",
    cell: ({ failed, is_rework, reasons }) => (
      <span className="row wrap">
        {failed ? (
          <Badge tone="bad" title={reasons.map(({ method }) => METHODS[method] ?? method).join(", ")}>
            failed
          </Badge>
        ) : (
          <Badge tone="good">good</Badge>
        )}
        {is_rework && <Badge tone="warn">rework</Badge>}
      </span>
    ),
  },
  { name: "time", title: "When", right: true, cell: ({ time }) => <Time at={time} ago /> },
];
