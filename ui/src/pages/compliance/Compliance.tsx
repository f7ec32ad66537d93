import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { type Answer, useAsk } from "@/api/client";
import { type Column, DataTable } from "@/parts/DataTable";
import { Frame } from "@/parts/Panel";
import { Problems } from "@/parts/Problems";
import { Sparkline } from "@/parts/Sparkline";
import { Failed, Loading } from "@/parts/states";
import { Time } from "@/parts/Time";
import { Page } from "@/shell/Page";
import { AssessNow } from "./AssessNow";
import "./compliance.css";
import { formatScore, RESULTS } from "./results";
import { type Part, Shares } from "./Shares";
import { Waivers } from "./Waivers";

type Library = Answer<"/api/v1/compliance/frameworks">;
type Point = Answer<"/api/v1/compliance/scores">["points"][number];
type Row = Library["frameworks"][number] & { points: Point[] };

const MOST = 1000;
const REFRESH_MILLISECONDS = 30_000;

/** Every framework: its score, how that went, and when it was assessed. */
export function Compliance() {
  const library = useAsk("/api/v1/compliance/frameworks", {});
  const scores = useAsk(
    "/api/v1/compliance/scores",
    { query: { limit: MOST } },
    { refetchInterval: REFRESH_MILLISECONDS },
  );
  const rows = useMemo(() => makeRows(library.data, scores.data?.points ?? []), [library.data, scores.data]);
  const error = library.error ?? scores.error;
  const retry = () => {
    void library.refetch();
    void scores.refetch();
  };
  return (
    <Page title="Compliance" timeless about="What frameworks ask for, and what there is evidence of">
      <Problems problems={library.data?.problems} />
      <Frame title="Frameworks" questions={[library.question, scores.question]} flush>
        {library.data && scores.data ? (
          <DataTable label="Frameworks" rows={rows} columns={COLUMNS} identify={({ framework }) => framework} />
        ) : error ? (
          <Failed error={error} retry={retry} />
        ) : (
          <Loading lines={6} />
        )}
      </Frame>
      {library.data && (
        <Frame title="Waivers" questions={[library.question]} flush>
          <Waivers waivers={library.data.waivers} />
        </Frame>
      )}
    </Page>
  );
}

const COLUMNS: Column<Row>[] = [
  {
    name: "framework",
    title: "Framework",
    order: ({ framework }) => framework,
    cell: ({ framework, title, file }) => (
      <span className="stack" style={{ gap: 0 }}>
        <Link to="/compliance/$framework" params={{ framework }}>
          {framework}
        </Link>
        <span className="quiet small-text">{title}</span>
        {file && <span className="quiet small-text mono">{file.split("/").at(-1)}</span>}
      </span>
    ),
  },
  {
    name: "score",
    title: "Score",
    right: true,
    order: ({ points: [last] }) => last?.score ?? -1,
    cell: ({ points: [last] }) => <strong className="score-small">{formatScore(last?.score)}</strong>,
  },
  {
    name: "trend",
    title: "Over time",
    wide: true,
    cell: ({ framework, points }) =>
      points.length > 1 && (
        <Sparkline
          values={points.map(({ score }) => score).reverse()}
          label={`Score of ${framework} over time`}
          top={100}
        />
      ),
  },
  {
    name: "controls",
    title: "Controls",
    wide: true,
    cell: ({ framework, controls, points: [last] }) =>
      last ? (
        <span className="stack" style={{ gap: 3 }}>
          <Shares parts={shares(last)} label={framework} />
          <span className="quiet small-text number">
            {last.passed} of {last.assessed} assessed passed
            {last.of > last.assessed && `, ${last.of - last.assessed} not counted`}
          </span>
        </span>
      ) : (
        <span className="quiet small-text number">
          {controls.filter(({ checks }) => checks.length).length} of {controls.length} have checks
        </span>
      ),
  },
  {
    name: "when",
    title: "Assessed",
    right: true,
    order: ({ points: [last] }) => last?.time ?? "",
    cell: ({ points: [last] }) => (last ? <Time at={last.time} ago /> : <span className="quiet">never</span>),
  },
  { name: "now", title: "", right: true, cell: ({ framework }) => <AssessNow framework={framework} small /> },
];

function shares({ passed, assessed, of }: Point): Part[] {
  return [
    { words: "not passed", count: assessed - passed, colour: RESULTS.failed?.colour },
    { words: "passed", count: passed, colour: RESULTS.passed?.colour },
    { words: "not counted", count: of - assessed, colour: RESULTS.not_assessed?.colour },
  ];
}

/** A row for each framework that there is, and for each that was assessed once; the points of each from the newest on. */
function makeRows(library: Library | undefined, points: Point[]): Row[] {
  const known = library?.frameworks ?? [];
  const names = new Set(known.map(({ framework }) => framework));
  const former = [...new Set(points.map(({ framework }) => framework))].filter((name) => !names.has(name));
  const of = (name: string) => points.filter(({ framework }) => framework === name);
  const empty = { title: "is not there any more", file: "", document: "", reported_as: [], controls: [] };
  const rows = [
    ...known.map((each) => ({ ...each, points: of(each.framework) })),
    ...former.map((framework) => ({ ...empty, framework, points: of(framework) })),
  ];
  return rows.sort((one, other) => (other.points[0]?.time ?? "").localeCompare(one.points[0]?.time ?? ""));
}
