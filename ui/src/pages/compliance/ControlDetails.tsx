import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { type Answer, useAsk } from "@/api/client";
import { formatCount, formatDuration } from "@/format";
import { Badge } from "@/parts/Badge";
import { Copy } from "@/parts/Copy";
import { type Column, DataTable } from "@/parts/DataTable";
import { StatementView } from "@/parts/ShowSql";
import { Sparkline } from "@/parts/Sparkline";
import { Loading } from "@/parts/states";
import { Time } from "@/parts/Time";
import { type Assessment, formatScore, type Outcome, RESULTS, type Row } from "./results";
import { Waivers } from "./Waivers";

type Check = Answer<"/api/v1/compliance/frameworks">["checks"][number];
type Finding = Outcome["sample"][number];

/** How much of it must be in sight, or the page moves to where it is. */
const ROOM_PIXELS = 160;

/** What speaks for a control: each check with its findings, what to do next, its SQL; its score over time; its waivers. */
export function ControlDetails({
  row,
  assessment,
  checks,
}: {
  row: Row;
  assessment: Assessment;
  checks: Check[] | undefined;
}) {
  const { control, outcomes } = row;
  const waivers = assessment.waivers.filter(
    (waiver) =>
      control.checks.includes(waiver.check) ||
      (waiver.framework === assessment.framework && waiver.control === control.control),
  );
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const top = box.current?.getBoundingClientRect().top ?? 0;
    if (top < 0 || top > window.innerHeight - ROOM_PIXELS) box.current?.scrollIntoView({ block: "start" });
  }, []);
  return (
    <div className="control-details stack" ref={box}>
      {outcomes.length === 0 && (
        <p>
          No check speaks for it and no service reported it, so Assay says nothing about it: a person has to look. A
          service can report it by <code>qms.compliance.checked</code>, or a framework of your own can name checks for
          it.
        </p>
      )}
      {outcomes.map((outcome) => (
        <CheckOutcome
          key={outcome.check}
          outcome={outcome}
          check={checks?.find(({ name }) => name === outcome.check)}
          isKnown={checks !== undefined}
        />
      ))}
      {outcomes.length > 0 && <Course framework={assessment.framework} control={control.control} />}
      {waivers.length > 0 && <Waivers waivers={waivers} />}
    </div>
  );
}

function CheckOutcome({ outcome, check, isKnown }: { outcome: Outcome; check: Check | undefined; isKnown: boolean }) {
  const { check: name, result, looked_at, found, waived, sample, reason, sql, parameters, content_hash } = outcome;
  const more = found - sample.length;
  const why = name.startsWith("reported/") ? "what services report of a control counts" : check?.why;
  return (
    <article className="check-outcome stack" aria-label={`Check ${name}`}>
      <header className="row wrap">
        <Badge tone={RESULTS[result]?.tone ?? "plain"} title={RESULTS[result]?.means ?? ""}>
          {RESULTS[result]?.words ?? result}
        </Badge>
        <strong>{name}</strong>
        <span className="grow quiet">{why}</span>
        <span className="quiet number">
          {formatCount(looked_at)} looked at, {formatCount(found)} found
          {waived > 0 && `, ${formatCount(waived)} waived`}
        </span>
      </header>
      {reason && <p className={result === "broken" ? "bad" : "quiet"}>{reason}</p>}
      {isKnown ? <NextStep result={result} check={check} name={name} /> : <Loading lines={1} />}
      {sample.length > 0 && (
        <>
          <DataTable
            label={`Findings of ${name}`}
            rows={sample}
            columns={FINDINGS}
            identify={(finding) => JSON.stringify(finding)}
            most={8}
          />
          {more > 0 && (
            <p className="quiet small-text">
              {formatCount(more)} more were found than are in the sample that was kept; the SQL gives all.
            </p>
          )}
        </>
      )}
      <details>
        <summary className="sql-summary">Evidence: SQL, window and hash</summary>
        <div className="stack" style={{ gap: 8 }}>
          <p className="about quiet small-text">
            <span>
              <Time at={text(outcome.start_ns)} exact="minute" /> to <Time at={text(outcome.end_ns)} exact="minute" />
            </span>
            <span>took {formatDuration(outcome.seconds * 1e9)}</span>
            <span className="row">
              SHA-256 <code className="cut hash">{content_hash}</code> <Copy text={content_hash} />
            </span>
          </p>
          <StatementView statement={{ sql, parameters, ...(check ? { why: `It gives: ${check.looks_at}` } : {}) }} />
        </div>
      </details>
    </article>
  );
}

function NextStep({ result, check, name }: { result: string; check: Check | undefined; name: string }) {
  let step: string | undefined;
  if (result === "failed") step = name.startsWith("reported/") ? "ask whoever reported it" : check?.next;
  if (result === "no_data")
    step = `see that there is something to look at: ${check?.looks_at ?? "reports of services"}`;
  if (result === "broken") step = "read why it failed, and run its statement below";
  if (!step) return null;
  return (
    <p className="next-step">
      <strong>Next</strong> {step}.
    </p>
  );
}

const FINDINGS: Column<Finding>[] = [
  {
    name: "service",
    title: "Service",
    order: ({ service }) => service,
    cell: ({ service }) =>
      service ? (
        <Link to="/services/$name" params={{ name: service }}>
          {service}
        </Link>
      ) : (
        <span className="quiet">–</span>
      ),
  },
  { name: "environment", title: "Environment", wide: true, cell: ({ environment }) => environment },
  { name: "subject", title: "What", cell: ({ subject }) => <Subject text={subject} /> },
  { name: "finding", title: "What is wrong", cell: ({ finding }) => <span className="breakable">{finding}</span> },
];

function Subject({ text }: { text: string }) {
  if (!/^[0-9a-f]{32}$/.test(text)) return <span className="breakable">{text}</span>;
  return (
    <Link to="/traces/$traceId" params={{ traceId: text }} className="mono breakable">
      {text}
    </Link>
  );
}

function Course({ framework, control }: { framework: string; control: string }) {
  const { data } = useAsk("/api/v1/compliance/scores", { query: { framework, control, limit: 400 } });
  const points = (data?.points ?? []).filter(({ score }) => score !== null);
  const [oldest] = points.slice(-1);
  if (points.length < 2 || !oldest) return null;
  return (
    <p className="row wrap quiet small-text" title={data?.formula}>
      <span>
        Score of {control} since <Time at={oldest.time} exact="minute" />
      </span>
      <Sparkline
        values={points.map(({ score }) => score).reverse()}
        label={`Score of ${control} over time`}
        width={200}
        top={100}
      />
      <span className="number">now {formatScore(points[0]?.score)}</span>
    </p>
  );
}

/** Nanoseconds as the API writes times; it has them as numbers where they are evidence. */
function text(nanoseconds: number): string {
  return new Date(nanoseconds / 1e6).toISOString();
}
