import { useMemo } from "react";
import type { Answer } from "@/api/client";
import { Badge } from "@/parts/Badge";
import { Frame } from "@/parts/Panel";
import { Select } from "@/parts/Select";
import { Empty } from "@/parts/states";
import { type Level, type Series, stack, TimeChart } from "@/parts/TimeChart";
import { TONES, zonesOf } from "./bands";
import { explainCounts, type Metric } from "./metrics";
import { Spread } from "./Spread";
import { stepStarts } from "./stepStarts";

type Dora = Answer<"/api/v1/dora">;

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Distances that are round as times, in seconds. */
const SECONDS = [1, 5, 15, 30]
  .concat([1, 5, 15, 30].map((each) => each * MINUTE))
  .concat([1, 2, 3, 6, 12].map((each) => each * HOUR))
  .concat([1, 2, 5, 10, 20, 50, 100, 200].map((each) => each * DAY));
const EDITIONS = ["2024", "2023", "2021", "2019"].map((year) => [year, year] as const);

/** One number: how it went step by step, how its values are distributed, in which band it is, and what was counted. */
export function Detail({
  metric,
  dora,
  group,
  course,
  questions,
  onEdition,
}: {
  metric: Metric;
  dora: Dora;
  group: Dora["groups"][number];
  course: Answer<"/api/v1/dora/course"> | undefined;
  questions: string[];
  onEdition: (edition: string) => void;
}) {
  const measured = group.metrics[metric.name];
  const judged = group.metrics[metric.judgedBy ?? metric.name];
  const formatJudged = metric.formatJudged ?? metric.format;
  const rules = dora.bands[metric.judgedBy ?? metric.name];
  const zones = useMemo(() => (rules ? zonesOf(rules, metric.scale ?? "value") : []), [rules, metric.scale]);
  const levels = useMemo(
    () =>
      metric.judgedBy
        ? []
        : zones.filter(({ to }) => Number.isFinite(to)).map(({ band, to }): Level => ({ value: to, label: band })),
    [zones, metric.judgedBy],
  );
  if (!measured || !judged) return null;
  return (
    <Frame
      title={metric.title}
      questions={questions}
      actions={<Select label="Bands of" value={dora.edition} options={EDITIONS} onChange={onEdition} />}
    >
      <div className="detail">
        <div className="stack" style={{ gap: 8 }}>
          <p className="quiet">
            {metric.about}
            {course && `. Each bar is a ${course.step_days === 1 ? "day" : "week"}`}.
          </p>
          {course && <Course metric={metric} course={course} levels={levels} />}
        </div>
        <div className="stack" style={{ gap: 12 }}>
          <div className="row wrap">
            <span className="score number">{metric.format(measured.value)}</span>
            {judged.band && (
              <Badge tone={TONES[judged.band] ?? "plain"} title={dora.edition_source}>
                {judged.band}, {dora.edition}
              </Badge>
            )}
            {metric.judgedBy && judged.value !== null && (
              <span className="quiet">deployed on {formatJudged(judged.value)}</span>
            )}
          </div>
          {judged.value === null ? (
            <p className="quiet">Nothing to measure in this window.</p>
          ) : (
            <Spread
              value={judged.value}
              zones={zones}
              interval={judged.interval}
              distribution={judged.distribution}
              format={formatJudged}
              log={metric.isTime ?? false}
            />
          )}
          <ul className="counts">
            {explainCounts(metric.name, measured.n, measured.counts).map((said) => (
              <li key={said}>{said}</li>
            ))}
            {judged.interval && (
              <li>
                95 % interval: {formatJudged(judged.interval[0] ?? 0)} to {formatJudged(judged.interval[1] ?? 0)}
              </li>
            )}
          </ul>
          <p className="quiet source">
            {rules ? dora.edition_source : `${dora.edition} has no bands for this number.`} {rules && dora.edition_note}
          </p>
        </div>
      </div>
    </Frame>
  );
}

function Course({
  metric,
  course,
  levels,
}: {
  metric: Metric;
  course: Answer<"/api/v1/dora/course">;
  levels: Level[];
}) {
  const drawn = useMemo(() => {
    const { starts, span, byStart } = stepStarts(course);
    const steps = starts.map((start) => byStart.get(start));
    const line = (label: string, colour: string, values: (number | null)[]): Series => ({ label, colour, values });
    const series =
      metric.name === "deployments_per_day"
        ? stack([
            line(
              "succeeded",
              "var(--series-2)",
              steps.map((step) => step?.succeeded ?? 0),
            ),
            line(
              "did not reach their end",
              "var(--series-5)",
              steps.map((step) => (step ? step.deployments - step.succeeded : 0)),
            ),
          ])
        : [
            {
              ...line(
                metric.title.toLowerCase(),
                metric.name.endsWith("_rate") ? "var(--series-5)" : "var(--series-1)",
                steps.map((step) => (step ? metric.step(step) : null)),
              ),
              bars: true,
            },
          ];
    return { starts, span, series };
  }, [course, metric]);
  if (drawn.series.every(({ values }) => values.every((value) => !value)))
    return <Empty title="Nothing of it in this window" />;
  return (
    <TimeChart
      label={`${metric.title} over time`}
      times={drawn.starts}
      span={drawn.span}
      series={drawn.series}
      levels={levels}
      format={metric.name === "deployments_per_day" ? String : metric.format}
      {...(metric.isTime ? { increments: SECONDS } : {})}
      height={230}
    />
  );
}
