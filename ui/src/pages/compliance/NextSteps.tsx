import { Link } from "@tanstack/react-router";
import type { Answer } from "@/api/client";
import { formatCount } from "@/format";
import { Badge } from "@/parts/Badge";
import { type Column, DataTable } from "@/parts/DataTable";
import { Frame } from "@/parts/Panel";
import { Loading } from "@/parts/states";
import { WHOLE } from "@/shell/links";
import { type Assessment, gatherSteps, makeRows, RESULTS, type Step } from "./results";

type Checks = Answer<"/api/v1/compliance/frameworks">["checks"];

/** What to do next, check by check: first what most controls need. Nothing is shown where nothing failed. */
export function NextSteps({
  assessment,
  question,
  service,
  checks,
}: {
  assessment: Assessment;
  question: string;
  service: string | undefined;
  checks: Checks | undefined;
}) {
  const steps = gatherSteps(makeRows(assessment, service));
  if (steps.length === 0) return null;
  return (
    <Frame
      title={service === undefined ? "What to do next" : `What to do next for ${service}`}
      questions={[question]}
      flush
    >
      {checks ? (
        <DataTable
          label="What to do next"
          rows={steps}
          columns={columns(new Map(checks.map((check) => [check.name, check])))}
          identify={({ outcome }) => outcome.check}
          most={6}
        />
      ) : (
        <Loading lines={3} />
      )}
    </Frame>
  );
}

function columns(known: Map<string, Checks[number]>): Column<Step>[] {
  return [
    {
      name: "next",
      title: "Next",
      cell: ({ outcome, controls: [first = ""] }) => (
        <span className="stack" style={{ gap: 0 }}>
          <Link
            to="."
            search={(before) => ({ ...before, control: first, result: undefined, find: undefined })}
            activeOptions={WHOLE}
            resetScroll={false}
          >
            {stepOf(outcome.check, outcome.result, known)}
          </Link>
          <span className="quiet small-text">
            {known.get(outcome.check)?.why ?? "what services report of a control counts"}
          </span>
        </span>
      ),
    },
    {
      name: "check",
      title: "Check",
      wide: true,
      order: ({ outcome }) => outcome.check,
      cell: ({ outcome: { check, result } }) => (
        <Badge tone={RESULTS[result]?.tone ?? "plain"} title={RESULTS[result]?.means ?? ""}>
          {check}
        </Badge>
      ),
    },
    {
      name: "found",
      title: "Found",
      right: true,
      order: ({ outcome }) => outcome.found,
      cell: ({ outcome: { found, looked_at } }) => (
        <>
          <strong className={found ? "bad" : "quiet"}>{formatCount(found)}</strong>
          <span className="quiet"> of {formatCount(looked_at)}</span>
        </>
      ),
    },
    {
      name: "controls",
      title: "Controls",
      right: true,
      order: ({ controls }) => controls.length,
      cell: ({ controls }) => <span title={controls.join(", ")}>{formatCount(controls.length)}</span>,
    },
  ];
}

function stepOf(check: string, result: string, known: Map<string, Checks[number]>): string {
  if (result === "broken") return "read why it failed, and run its statement";
  if (check.startsWith("reported/")) return "ask whoever reported it";
  return known.get(check)?.next || "look at what was found";
}
