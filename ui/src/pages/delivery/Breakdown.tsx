import { Link } from "@tanstack/react-router";
import type { Answer } from "@/api/client";
import { useAsk } from "@/api/client";
import { formatCount } from "@/format";
import { Badge } from "@/parts/Badge";
import { type Column, DataTable } from "@/parts/DataTable";
import { Panel } from "@/parts/Panel";
import { WHOLE } from "@/shell/links";
import { TONES } from "./bands";
import { METRICS } from "./metrics";

type Group = Answer<"/api/v1/dora">["groups"][number];

/** The numbers of each service or team; one is chosen by its name. */
export function Breakdown({
  by,
  query,
}: {
  by: "service" | "team";
  query: Record<string, string | number | undefined>;
}) {
  const asked = useAsk("/api/v1/dora", { query: { ...query, by } });
  const title = by === "service" ? "Services" : "Teams";
  return (
    <Panel
      title={title}
      asked={asked}
      flush
      lines={4}
      actions={
        <fieldset className="themes">
          <legend className="unseen">Groups</legend>
          {(["service", "team"] as const).map((each) => (
            <Link
              key={each}
              to="."
              search={(before) => ({ ...before, by: each === "team" ? each : undefined })}
              resetScroll={false}
              className="button plain small"
              activeOptions={WHOLE}
              aria-current={each === by ? "true" : undefined}
            >
              by {each}
            </Link>
          ))}
        </fieldset>
      }
    >
      {({ groups }) => (
        <DataTable label={title} rows={groups} columns={columns(by)} identify={({ name }) => name} most={30} />
      )}
    </Panel>
  );
}

function columns(by: "service" | "team"): Column<Group>[] {
  return [
    {
      name: "name",
      title: by === "service" ? "Service" : "Team",
      order: ({ name }) => name,
      cell: ({ name }) =>
        name ? (
          <Link to="." search={(before) => ({ ...before, [by]: name })}>
            {name}
          </Link>
        ) : (
          <span className="quiet">no {by}</span>
        ),
    },
    {
      name: "n",
      title: "Deployments",
      right: true,
      wide: true,
      order: ({ metrics }) => metrics.change_failure_rate?.n ?? 0,
      cell: ({ metrics }) => formatCount(metrics.change_failure_rate?.n),
    },
    ...METRICS.map(
      (metric): Column<Group> => ({
        name: metric.name,
        title: metric.short,
        right: true,
        wide: metric.name !== "change_lead_time" && metric.name !== "change_failure_rate",
        order: ({ metrics }) => metrics[metric.name]?.value ?? -1,
        cell: ({ metrics }) => {
          const band = metrics[metric.judgedBy ?? metric.name]?.band;
          return (
            <span className="banded">
              {metric.format(metrics[metric.name]?.value)}
              {band && <Badge tone={TONES[band] ?? "plain"}>{band}</Badge>}
            </span>
          );
        },
      }),
    ),
  ];
}
