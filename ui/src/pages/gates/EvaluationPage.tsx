import { Link, useParams } from "@tanstack/react-router";
import { type Answer, useAsk } from "@/api/client";
import { formatDuration } from "@/format";
import { Badge } from "@/parts/Badge";
import { Frame } from "@/parts/Panel";
import { Failed, Loading } from "@/parts/states";
import { Time } from "@/parts/Time";
import { Page } from "@/shell/Page";
import "./gates.css";
import { ObjectiveDetails } from "./ObjectiveDetails";
import { gateTone, resultWords } from "./results";
import { Strip } from "./Strip";

type Evaluation = Answer<"/api/v1/gate-evaluations/{id}">;

/** What a gate said once, explained objective by objective. */
export function EvaluationPage() {
  const { gate, evaluation: id } = useParams({ from: "/gates/$gate/$evaluation" });
  const asked = useAsk("/api/v1/gate-evaluations/{id}", { path: { id } }, { staleTime: Number.POSITIVE_INFINITY });
  const evaluation = asked.data;
  return (
    <Page
      title={evaluation ? `${gate}: ${resultWords(evaluation)}` : gate}
      timeless
      about={evaluation && <About evaluation={evaluation} />}
      actions={
        <Link to="/gates/$gate" params={{ gate }} activeOptions={{ exact: true }} className="button">
          The gate
        </Link>
      }
    >
      {evaluation ? (
        <Explained evaluation={evaluation} question={asked.question} />
      ) : (
        <Frame title="Evaluation" questions={[asked.question]}>
          {asked.error ? <Failed error={asked.error} retry={() => asked.refetch()} /> : <Loading lines={8} />}
        </Frame>
      )}
    </Page>
  );
}

function About({ evaluation }: { evaluation: Evaluation }) {
  const { service, version, environment, stage, time, links } = evaluation;
  const run = links["cicd.pipeline.run.url.full"];
  return (
    <>
      {service && (
        <Link to="/services/$name" params={{ name: service }}>
          {service}
        </Link>
      )}
      {version && <span className="mono">{version}</span>}
      {environment && <span>{environment}</span>}
      {stage && <span>{stage.replaceAll("_", " ")}</span>}
      <Time at={time} />
      {run && (
        <a href={run} rel="noreferrer">
          pipeline run
        </a>
      )}
      {links["deployment.id"] && <span>deployment {links["deployment.id"]}</span>}
      {links["vcs.ref.head.revision"] && <span className="mono">{links["vcs.ref.head.revision"].slice(0, 10)}</span>}
      {links["user.id"] && <span>asked by {links["user.id"]}</span>}
    </>
  );
}

function Explained({ evaluation, question }: { evaluation: Evaluation; question: string }) {
  const { id, gate, service, environment, score, duration_seconds, file, document, trace_id, objectives, reasons } =
    evaluation;
  const earlier = useAsk(
    "/api/v1/gate-evaluations/{id}/earlier",
    { path: { id } },
    { staleTime: Number.POSITIVE_INFINITY },
  );
  const history = useAsk("/api/v1/gate-evaluations", { query: { gate, service, environment, limit: 60 } });
  return (
    <>
      <Frame title="Verdict" questions={[question, earlier.question, history.question]}>
        <div className="stack" style={{ gap: 10 }}>
          <div className="row wrap">
            <span className={`verdict ${gateTone(evaluation)}`}>{resultWords(evaluation)}</span>
            {score !== null && <Badge>score {Math.round(score * 10) / 10} %</Badge>}
            <span className="quiet">
              {objectives.filter(({ counts_as }) => counts_as === "passed").length} of {objectives.length} objectives
              passed
            </span>
          </div>
          {!evaluation.decided && (
            <p>
              Nothing was found to be worse than it must be, but not all could be told, so it is recorded as failed.
            </p>
          )}
          {history.data && (
            <Strip label={`History of ${gate}`} evaluations={history.data.evaluations} chosen={id} most={60} />
          )}
          <ul className="verdict-reasons">
            {reasons.map((reason) => (
              <li key={reason}>{reason}</li>
            ))}
          </ul>
          <p className="about quiet">
            <span>judged in {formatDuration(duration_seconds * 1e9)}</span>
            <span className="breakable">
              by {file.split("/").at(-1)}, version <code>{document}</code>
            </span>
            <Link to="/traces/$traceId" params={{ traceId: trace_id }}>
              trace of the evaluation
            </Link>
          </p>
        </div>
      </Frame>
      {objectives.map((objective) => (
        <ObjectiveDetails
          key={objective.name}
          objective={objective}
          evaluation={evaluation}
          earlier={earlier.data?.objectives.find(({ name }) => name === objective.name)}
        />
      ))}
    </>
  );
}
