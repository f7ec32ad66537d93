import { Link } from "@tanstack/react-router";
import type { Answer } from "@/api/client";
import { formatCount } from "@/format";
import { Badge } from "@/parts/Badge";
import { type Column, DataTable } from "@/parts/DataTable";
import { Empty } from "@/parts/states";

type Listed = Answer<"/api/v1/compliance/frameworks">["waivers"][number];
type State = Answer<"/api/v1/compliance/assessments/{id}">["waivers"][number];

/** What is accepted: who answers for what, why and until when; with an assessment also what it covered there. */
export function Waivers({ waivers }: { waivers: (Listed | State)[] }) {
  if (!waivers.length)
    return (
      <Empty title="Nothing is waived">
        What is known to be wrong and accepted for a time is written into a file of{" "}
        <code>kind: compliance_waivers</code>, with who answers for it, why and until when.
      </Empty>
    );
  return <DataTable label="Waivers" rows={waivers} columns={COLUMNS} identify={(each) => JSON.stringify(each)} />;
}

const COLUMNS: Column<Listed | State>[] = [
  {
    name: "about",
    title: "What",
    order: ({ check, control }) => check || control,
    cell: ({ check, framework, control, service, environment, subject }) => (
      <span className="stack" style={{ gap: 0 }}>
        {check ? (
          <code className="breakable">{check}</code>
        ) : (
          <Link to="/compliance/$framework" params={{ framework }} search={{ control, result: "all" }}>
            {framework} {control}
          </Link>
        )}
        <span className="quiet small-text">{[service, environment, subject].filter(Boolean).join(", ")}</span>
      </span>
    ),
  },
  {
    name: "owner",
    title: "Who answers for it, and why",
    order: ({ owner }) => owner,
    cell: ({ owner, reason }) => (
      <span className="stack" style={{ gap: 0 }}>
        <span>{owner}</span>
        <span className="quiet small-text">{reason}</span>
      </span>
    ),
  },
  {
    name: "expires",
    title: "Until",
    order: ({ expires }) => expires,
    cell: (waiver) => (
      <span className="row wrap">
        <time className="number small-text" dateTime={waiver.expires} title="The end of this day, UTC">
          {waiver.expires}
        </time>
        <StateBadge waiver={waiver} />
      </span>
    ),
  },
];

function StateBadge({ waiver }: { waiver: Listed | State }) {
  const state = "state" in waiver ? waiver.state : waiver.expired ? "expired" : "in_force";
  if (state === "expired")
    return (
      <Badge tone="bad" title="It does not count any more">
        expired
      </Badge>
    );
  if (state === "unused")
    return (
      <Badge tone="warn" title="There was nothing to waive">
        covers nothing
      </Badge>
    );
  return <Badge tone="accent">{"findings" in waiver ? `covers ${formatCount(waiver.findings)}` : "in force"}</Badge>;
}
