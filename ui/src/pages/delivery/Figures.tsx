import { Link } from "@tanstack/react-router";
import { ArrowDownRight, ArrowRight, ArrowUpRight } from "lucide-react";
import type { Answer } from "@/api/client";
import type { Measured } from "@/api/types";
import { formatCount } from "@/format";
import { Badge } from "@/parts/Badge";
import { Sparkline } from "@/parts/Sparkline";
import { WHOLE } from "@/shell/links";
import { TONES } from "./bands";
import { METRICS, type Metric, type MetricName } from "./metrics";

type Group = Answer<"/api/v1/dora">["groups"][number];

/** The numbers, each with its band, its trend and how it went; choosing one shows what is behind it. */
export function Figures({
  group,
  course,
  chosen,
}: {
  group: Group;
  course: (metric: Metric) => (number | null)[] | undefined;
  chosen: MetricName;
}) {
  return (
    <ul className="figures" aria-label="Delivery metrics">
      {METRICS.map((metric) => {
        const measured = group.metrics[metric.name];
        return (
          measured && (
            <li key={metric.name}>
              <Link
                to="."
                search={(before) => ({ ...before, metric: metric.name === METRICS[0]?.name ? undefined : metric.name })}
                resetScroll={false}
                className="figure-card"
                activeOptions={WHOLE}
                aria-current={metric.name === chosen ? "true" : undefined}
              >
                <FigureCard
                  metric={metric}
                  measured={measured}
                  judged={metric.judgedBy ? (group.metrics[metric.judgedBy] ?? measured) : measured}
                  values={course(metric)}
                />
              </Link>
            </li>
          )
        );
      })}
    </ul>
  );
}

function FigureCard({
  metric,
  measured,
  judged,
  values,
}: {
  metric: Metric;
  measured: Measured;
  judged: Measured;
  values: (number | null)[] | undefined;
}) {
  return (
    <>
      <span className="row">
        <span className="label grow cut">{metric.short}</span>
        {judged.band && <Badge tone={TONES[judged.band] ?? "plain"}>{judged.band}</Badge>}
      </span>
      <span className="value">{metric.format(measured.value)}</span>
      <Trend metric={metric} measured={measured} />
      {values && <Sparkline values={values} label={`${metric.title} over time`} width={168} height={30} />}
    </>
  );
}

function Trend({ metric, measured }: { metric: Metric; measured: Measured }) {
  const { value, before, trend, n } = measured;
  if (value === null) return <span className="trend quiet">no data in this window</span>;
  if (before === null) return <span className="trend quiet">of {formatCount(n)}; nothing before</span>;
  const Arrow = value > before ? ArrowUpRight : value < before ? ArrowDownRight : ArrowRight;
  const tone = trend === "better" ? "good" : trend === "worse" ? "bad" : "quiet";
  return (
    <span
      className={`trend ${tone}`}
      title={
        trend === "better" || trend === "worse"
          ? "The 95 % intervals of both windows lie apart"
          : "The difference may be chance: the 95 % intervals of both windows overlap, or there are too few values"
      }
    >
      <Arrow size={14} aria-hidden />
      <span className="cut">
        {(trend === "better" || trend === "worse") && `${trend}, `}
        <span className="quiet">was {metric.format(before)}</span>
      </span>
    </span>
  );
}
