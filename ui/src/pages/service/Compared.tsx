import { Link } from "@tanstack/react-router";
import { type Answer, useAsk } from "@/api/client";
import { formatDuration, formatRate, formatShare } from "@/format";
import { Badge, type Tone } from "@/parts/Badge";
import { ComparisonFigure } from "@/parts/ComparisonFigure";
import { Panel } from "@/parts/Panel";
import { Time } from "@/parts/Time";
import { WHOLE } from "@/shell/links";
import { useRange } from "@/shell/range";
import { bounds } from "@/time";
import type { ServiceSearch } from "./search";

type Answered = Answer<"/api/v1/baselines/compare">;

const MEASURES: [string, string, (value: number) => string][] = [
  ["error_rate", "Errors", formatShare],
  ["throughput", "Requests", formatRate],
  ["latency_p95", "p95 of durations", (seconds) => formatDuration(seconds * 1e9)],
];

const OUTCOMES: Record<string, [string, Tone]> = {
  worse: ["worse", "bad"],
  not_worse: ["not worse", "good"],
  too_few: ["too few requests", "plain"],
  no_data: ["no data", "plain"],
  no_baseline: ["nothing to compare with", "plain"],
};

/** Requests of the time range beside a baseline, other versions or another time, by the tests that gates use. */
export function Compared({ service, search }: { service: string; search: ServiceSearch & { against: string } }) {
  const { range, refetchInterval } = useRange();
  const [from, to] = bounds(range, Date.now());
  const window = `${Math.max(1, Math.round((to - from) / 60_000))}m`;
  const asked = useAsk(
    "/api/v1/baselines/compare",
    {
      query: {
        service,
        against: search.against,
        version: search.version,
        environment: search.environment,
        operation: search.operation,
        window,
        measure: MEASURES.map(([measure]) => measure),
        ...(range.to === undefined ? {} : { end: range.to }),
      },
    },
    { refetchInterval },
  );
  return (
    <Panel
      title={`Compared with ${search.against}`}
      asked={asked}
      lines={8}
      actions={
        <Link
          to="."
          search={(before) => ({
            ...before,
            against: undefined,
            version: undefined,
            environment: undefined,
            operation: undefined,
          })}
          activeOptions={WHOLE}
          resetScroll={false}
          className="button plain small"
        >
          Close
        </Link>
      }
    >
      {(answer) => <Measures answer={answer} />}
    </Panel>
  );
}

function Measures({ answer }: { answer: Answered }) {
  const { start, end, version, environment, operation, against, measures } = answer;
  return (
    <div className="stack">
      <p className="about quiet">
        <span>
          <Time at={start} exact="minute" /> to <Time at={end} exact="minute" />
        </span>
        {version && <span>version {version}</span>}
        {environment && <span>{environment}</span>}
        {operation && <span>{operation}</span>}
      </p>
      {MEASURES.map(([measure, title, format]) => {
        const comparison = measures[measure];
        if (!comparison) return null;
        const [words, tone] = OUTCOMES[comparison.outcome] ?? [comparison.outcome, "plain"];
        return (
          <section key={measure} className="stack" style={{ gap: 6 }} aria-label={title}>
            <div className="row wrap">
              <Badge tone={tone}>{words}</Badge>
              <h3>{title}</h3>
              <span className="quiet small-text">{comparison.reason}</span>
            </div>
            {comparison.n + comparison.n_baseline > 0 && (
              <ComparisonFigure
                label={`Comparison: ${title}`}
                comparison={comparison}
                format={format}
                against={against}
              />
            )}
          </section>
        );
      })}
    </div>
  );
}
