import { Link } from "@tanstack/react-router";
import type { Incident } from "@/api/types";
import { Badge } from "@/parts/Badge";
import { type Column, DataTable } from "@/parts/DataTable";
import { Frame } from "@/parts/Panel";
import { Time } from "@/parts/Time";

/** The incidents that are not resolved, with the deployments that they are held against. */
export function OpenIncidents({ incidents, question }: { incidents: Incident[]; question: string }) {
  return (
    <Frame title="Open incidents" flush questions={[question]}>
      <DataTable label="Open incidents" rows={incidents} columns={COLUMNS} identify={({ id }) => id} />
    </Frame>
  );
}

const COLUMNS: Column<Incident>[] = [
  {
    name: "title",
    title: "Incident",
    cell: ({ title, id, url }) => (url ? <a href={url}>{title || id}</a> : <strong>{title || id}</strong>),
  },
  {
    name: "service",
    title: "Service",
    cell: ({ service }) =>
      service && (
        <Link to="/services/$name" params={{ name: service }}>
          {service}
        </Link>
      ),
  },
  { name: "severity", title: "Severity", cell: ({ severity }) => severity && <Badge tone="bad">{severity}</Badge> },
  {
    name: "cause",
    title: "Caused by",
    wide: true,
    cell: ({ caused_by }) => caused_by.map(({ deployment }) => deployment).join(", "),
  },
  { name: "opened", title: "Opened", right: true, cell: ({ opened_at }) => opened_at && <Time at={opened_at} ago /> },
];
