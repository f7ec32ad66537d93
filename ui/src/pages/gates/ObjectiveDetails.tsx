import { Link } from "@tanstack/react-router";
import { Check, CircleHelp, X } from "lucide-react";
import { useState } from "react";
import type { Answer } from "@/api/client";
import { formatCount, formatDuration } from "@/format";
import { Badge } from "@/parts/Badge";
import { ComparisonFigure } from "@/parts/ComparisonFigure";
import { StatementView } from "@/parts/ShowSql";
import { Time } from "@/parts/Time";
import { EarlierValues } from "./EarlierValues";
import { formatQuantity } from "./quantity";
import { outcomeTone, outcomeWords } from "./results";

type Evaluation = Answer<"/api/v1/gate-evaluations/{id}">;
type Objective = Evaluation["objectives"][number];
type Earlier = Answer<"/api/v1/gate-evaluations/{id}/earlier">["objectives"][number];

/** One objective of an evaluation: its value, each criterion, the values before, the traces behind it, and its SQL. */
export function ObjectiveDetails({
  objective,
  earlier,
  evaluation,
}: {
  objective: Objective;
  earlier: Earlier | undefined;
  evaluation: Evaluation;
}) {
  const [open, setOpen] = useState(!["passed", "info"].includes(objective.counts_as));
  const { name, measure, shown, outcome, key, weight } = objective;
  return (
    <details className="panel objective" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Badge tone={outcomeTone(objective)}>{outcomeWords(outcome)}</Badge>
        <span className="grow">
          <strong>{name}</strong>
          {measure !== name && <span className="quiet"> {measure}</span>}
        </span>
        {key && <Badge title="If it fails, the gate fails whatever the score">key</Badge>}
        {!open && objective.passing && <code className="must">{objective.passing}</code>}
        {weight !== 1 && <span className="quiet">weight {formatCount(weight)}</span>}
        <span className="measured number">{shown || "–"}</span>
      </summary>
      {open && (
        <div className="body stack">
          {objective.criteria.length === 0 && <p>{objective.reason}</p>}
          <Criteria objective={objective} />
          {objective.notes.map((note) => (
            <p key={note} className="quiet">
              {note}
            </p>
          ))}
          <EarlierValues objective={objective} earlier={earlier} gate={evaluation.gate} evaluation={evaluation.id} />
          <p className="about quiet">
            <span>
              <Time at={objective.start} exact="minute" /> to <Time at={objective.end} exact="minute" />
            </span>
            {objective.requests !== null && <span>{formatCount(objective.requests)} requests</span>}
            {objective.subject && <span>of {objective.subject}</span>}
            {objective.counts_as !== outcome && <span>counts as {objective.counts_as}</span>}
          </p>
          {objective.exemplars.length > 0 && (
            <div className="row wrap">
              <span className="quiet">Traces that moved it</span>
              {objective.exemplars.map(({ kind, trace_id, duration_ns }) => (
                <Link key={trace_id} to="/traces/$traceId" params={{ traceId: trace_id }} className="button small">
                  <Badge tone={kind === "failed" ? "bad" : "plain"}>{kind}</Badge>
                  <span className="mono">{trace_id.slice(0, 8)}</span>
                  <span className="quiet number">{formatDuration(duration_ns)}</span>
                </Link>
              ))}
            </div>
          )}
          {objective.compared.map((statement) => (
            <details key={JSON.stringify(statement)}>
              <summary className="sql-summary">SQL of what it is compared with</summary>
              <StatementView statement={statement} />
            </details>
          ))}
          {objective.resolved && (
            <details>
              <summary className="sql-summary">SQL of this value</summary>
              <StatementView statement={objective.resolved} />
            </details>
          )}
        </div>
      )}
    </details>
  );
}

function Criteria({ objective }: { objective: Objective }) {
  const { criteria, passing, warning } = objective;
  if (criteria.length === 0)
    return (
      passing && (
        <p className="quiet">
          It must be {passing}
          {warning && `; it is a warning if ${warning}`}.
        </p>
      )
    );
  return (
    <ul className="criteria" aria-label={`Criteria of ${objective.name}`}>
      {criteria.map(({ text, holds, reason, comparison }) => (
        <li key={text} className={holds === null ? "quiet" : holds ? "good" : "bad"}>
          {holds === null ? (
            <CircleHelp size={15} aria-label="cannot be decided" />
          ) : holds ? (
            <Check size={15} aria-label="holds" />
          ) : (
            <X size={15} aria-label="does not hold" />
          )}
          <code>{text}</code>
          <span className="quiet">{reason}</span>
          {comparison && comparison.n + comparison.n_baseline > 0 && (
            <ComparisonFigure
              label={`Comparison: ${text}`}
              comparison={comparison}
              format={formatQuantity(objective.dimension)}
              against={text.replace(/^not +worse +than +/, "").replace(/ +by +[\d.]+ ?%$/, "")}
            />
          )}
        </li>
      ))}
      {warning && (
        <li className="quiet">
          It is a warning if <code>{warning}</code>
        </li>
      )}
    </ul>
  );
}
