import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";
import { type Answer, useAsk } from "@/api/client";
import { formatCount } from "@/format";
import { type Column, DataTable } from "@/parts/DataTable";
import { Frame } from "@/parts/Panel";
import { Empty, Failed, Loading, Partial } from "@/parts/states";
import { Time } from "@/parts/Time";
import { Page } from "@/shell/Page";
import { AssessNow } from "./AssessNow";
import "./compliance.css";
import { Controls } from "./Controls";
import { NextSteps } from "./NextSteps";
import { type Assessment, formatScore } from "./results";
import { Score } from "./Score";
import type { FrameworkSearch } from "./search";
import { Waivers } from "./Waivers";

type History = Answer<"/api/v1/compliance/scores">;

const MOST = 1000;

/** One framework: its score and how that went, its controls with their evidence, services and waivers. */
export function Framework() {
  const { framework } = useParams({ from: "/compliance/$framework" });
  const search = useSearch({ from: "/compliance/$framework" });
  const library = useAsk("/api/v1/compliance/frameworks", {}, { staleTime: 60_000 });
  const known = library.data?.frameworks.find((each) => each.framework === framework);
  return (
    <Page
      title={framework}
      timeless
      about={known?.title}
      actions={
        <>
          <Link to="/compliance" className="button" activeOptions={{ exact: true }}>
            All frameworks
          </Link>
          {(known || !library.data) && <AssessNow framework={framework} />}
        </>
      }
    >
      <Assessed key={framework} framework={framework} search={search} library={library.data} isKnown={Boolean(known)} />
    </Page>
  );
}

function Assessed({
  framework,
  search,
  library,
  isKnown,
}: {
  framework: string;
  search: FrameworkSearch;
  library: Answer<"/api/v1/compliance/frameworks"> | undefined;
  isKnown: boolean;
}) {
  const scores = useAsk(
    "/api/v1/compliance/scores",
    { query: { framework, limit: MOST } },
    { refetchInterval: 30_000 },
  );
  const id = search.assessment ?? scores.data?.points[0]?.assessment;
  const asked = useAsk(
    "/api/v1/compliance/assessments/{id}",
    { path: { id: id ?? "" } },
    { enabled: id !== undefined, staleTime: Number.POSITIVE_INFINITY },
  );
  const error = scores.error ?? asked.error;
  if (asked.data && !asked.error && asked.data.framework !== framework)
    return <Elsewhere framework={asked.data.framework} assessment={asked.data.id} />;
  if (asked.data && scores.data && !asked.error)
    return (
      <Shown
        assessment={asked.data}
        history={scores.data}
        questions={{ assessment: asked.question, scores: scores.question }}
        search={search}
        library={library}
      />
    );
  return (
    <Frame title="Score" questions={[scores.question]}>
      {error ? (
        <Failed error={error} retry={() => (scores.error ? scores : asked).refetch()} />
      ) : scores.data && id === undefined && library ? (
        <NeverAssessed framework={framework} isKnown={isKnown} />
      ) : (
        <Loading lines={8} />
      )}
    </Frame>
  );
}

function Elsewhere({ framework, assessment }: { framework: string; assessment: string }) {
  return (
    <Frame title="Score">
      <Empty title={`This assessment is of ${framework}`}>
        <Link to="/compliance/$framework" params={{ framework }} search={{ assessment }}>
          Show it there
        </Link>
      </Empty>
    </Frame>
  );
}

function NeverAssessed({ framework, isKnown }: { framework: string; isKnown: boolean }) {
  if (!isKnown)
    return (
      <Empty title={`There is no framework ${framework}`}>
        It comes neither with Assay nor is it in a file in <code>quality/</code>.
      </Empty>
    );
  return (
    <Empty title="It was not assessed yet">
      Assess it now, or name it in <code>compliance.frameworks</code> of the configuration: a schedule assesses those,
      the first time a minute after the start.
    </Empty>
  );
}

function Shown({
  assessment,
  history,
  questions,
  search,
  library,
}: {
  assessment: Assessment;
  history: History;
  questions: { assessment: string; scores: string };
  search: FrameworkSearch;
  library: Answer<"/api/v1/compliance/frameworks"> | undefined;
}) {
  const navigate = useNavigate();
  const change = useCallback(
    (next: FrameworkSearch) =>
      void navigate({ to: ".", search: (before) => ({ ...before, ...next }), replace: true, resetScroll: false }),
    [navigate],
  );
  const { services, waivers, problems } = assessment;
  const newest = history.points[0];
  const isOld = newest !== undefined && newest.assessment !== assessment.id && newest.time > assessment.time;
  return (
    <>
      {isOld && (
        <Partial>
          <span>
            This is what it came to on <Time at={assessment.time} exact="minute" />.{" "}
            <Link to="." search={(before) => ({ ...before, assessment: undefined })}>
              Show the newest assessment
            </Link>
          </span>
        </Partial>
      )}
      {problems.map((problem) => (
        <Partial key={problem}>{problem}</Partial>
      ))}
      <Score
        assessment={assessment}
        history={history}
        questions={[questions.assessment, questions.scores]}
        change={change}
      />
      <NextSteps
        assessment={assessment}
        question={questions.assessment}
        service={search.service}
        checks={library?.checks}
      />
      <Controls
        assessment={assessment}
        question={questions.assessment}
        search={search}
        change={change}
        checks={library?.checks}
      />
      <Frame title="Services" questions={[questions.assessment]} flush>
        {services.length ? (
          <DataTable
            label="Services"
            rows={services}
            columns={SERVICES}
            identify={({ service }) => service}
            most={50}
          />
        ) : (
          <Empty title="No check looked at anything of a service" />
        )}
      </Frame>
      <Frame title="Waivers" questions={[questions.assessment]} flush>
        <Waivers waivers={waivers} />
      </Frame>
    </>
  );
}

const SERVICES: Column<Assessment["services"][number]>[] = [
  {
    name: "service",
    title: "Service",
    order: ({ service }) => service,
    cell: ({ service }) => (
      <Link to="." search={(before) => ({ ...before, service, control: undefined, result: undefined })}>
        {service}
      </Link>
    ),
  },
  {
    name: "score",
    title: "Score",
    right: true,
    order: ({ score }) => score,
    cell: ({ score }) => <strong>{formatScore(score)}</strong>,
  },
  {
    name: "checks",
    title: "Checks without a finding",
    right: true,
    order: ({ passed, checks }) => passed - checks,
    cell: ({ passed, checks }) => `${formatCount(passed)} of ${formatCount(checks)}`,
  },
];
