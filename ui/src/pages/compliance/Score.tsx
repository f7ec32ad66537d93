import { useMemo } from "react";
import type { Answer } from "@/api/client";
import { formatDuration } from "@/format";
import { Frame } from "@/parts/Panel";
import { Time } from "@/parts/Time";
import { TimeChart } from "@/parts/TimeChart";
import { milliseconds } from "@/time";
import { type Assessment, countResults, formatScore, RESULTS } from "./results";
import { Shares } from "./Shares";
import type { FrameworkSearch } from "./search";

const DAY = 86_400_000;
const FORMS = [
  ["html", "HTML", "html"],
  ["markdown", "Markdown", "md"],
  ["oscal", "OSCAL", "json"],
] as const;

/** The score of an assessment, what it is made of, how it went, and the reports on it. */
export function Score({
  assessment,
  history,
  questions,
  change,
}: {
  assessment: Assessment;
  history: Answer<"/api/v1/compliance/scores">;
  questions: string[];
  change: (next: FrameworkSearch) => void;
}) {
  const { id, framework, score, controls, formulas, time, start_ns, end_ns, seconds, document } = assessment;
  const counts = countResults(controls);
  return (
    <Frame title="Score" questions={questions} actions={<Reports id={id} framework={framework} time={time} />}>
      <div className="score-columns">
        <div className="stack" style={{ gap: 10 }}>
          <span className="score-large">{formatScore(score)}</span>
          <Shares
            label="Controls"
            parts={counts.map(([result, count]) => ({
              words: RESULTS[result]?.words ?? result,
              count,
              colour: RESULTS[result]?.colour,
            }))}
          />
          <ul className="row wrap" aria-label="What controls came to">
            {counts.map(([result, count]) => (
              <li key={result}>
                <button
                  type="button"
                  className="button plain small"
                  title={RESULTS[result]?.means}
                  onClick={() => change({ result, control: undefined })}
                >
                  <span className="swatch" style={{ "--swatch": RESULTS[result]?.colour, marginRight: 0 }} />
                  <strong className="number">{count}</strong> {RESULTS[result]?.words}
                </button>
              </li>
            ))}
          </ul>
          <p className="quiet small-text">{formulas?.framework}.</p>
          <p className="about quiet small-text">
            <span>
              assessed <Time at={time} exact="minute" />
            </span>
            <span>over {formatDuration(end_ns - start_ns)} before</span>
            <span>checks took {formatDuration(seconds * 1e9)}</span>
            {document && (
              <span>
                version <code>{document}</code> of its file
              </span>
            )}
          </p>
        </div>
        <History points={history.points} change={change} />
      </div>
    </Frame>
  );
}

function History({
  points,
  change,
}: {
  points: Answer<"/api/v1/compliance/scores">["points"];
  change: (next: FrameworkSearch) => void;
}) {
  const { times, series, span, oldestFirst } = useMemo(() => {
    const oldestFirst = [...points].reverse();
    const times = oldestFirst.map(({ time }) => milliseconds(time));
    const [first = 0, last = 0] = [times[0], times.at(-1)];
    const spare = Math.max((last - first) * 0.03, first === last ? DAY / 2 : 60_000);
    const values = oldestFirst.map(({ score }) => score);
    const series = [{ label: "score", values, colour: "var(--series-1)", fill: true }];
    return { times, series, oldestFirst, span: [first - spare, last + spare] as [number, number] };
  }, [points]);
  if (points.length < 2)
    return (
      <div className="state">
        <p>How the score went is drawn here once it was assessed twice.</p>
      </div>
    );
  return (
    <figure>
      <TimeChart
        label="Score over time"
        times={times}
        series={series}
        span={span}
        format={formatScore}
        height={170}
        top={104}
        onPick={(place) => change({ assessment: oldestFirst[place]?.assessment })}
      />
      <figcaption className="quiet small-text">
        {points.length} assessments; a click on one shows what it came to.
      </figcaption>
    </figure>
  );
}

function Reports({ id, framework, time }: { id: string; framework: string; time: string }) {
  if (!id) return null;
  const name = `${framework}-${time.slice(0, 10)}`;
  return (
    <span className="row wrap" style={{ gap: 4 }}>
      <span className="quiet small-text">Report</span>
      {FORMS.map(([form, title, suffix]) => (
        <a
          key={form}
          className="button plain small"
          href={`/api/v1/compliance/assessments/${id}/report?format=${form}`}
          download={`${name}.${suffix}`}
          aria-label={`Download the report as ${title}`}
        >
          {title}
        </a>
      ))}
    </span>
  );
}
