import { useMemo } from "react";
import { type Answer, type Asked, useAsk } from "@/api/client";
import type { Metric, MetricExemplar } from "@/api/types";
import { formatCount } from "@/format";
import { Badge } from "@/parts/Badge";
import type { Point } from "@/parts/ChartPoints";
import { DataTable } from "@/parts/DataTable";
import { Panel } from "@/parts/Panel";
import { Empty, Partial } from "@/parts/states";
import { stepTimes } from "@/parts/steps";
import { TimeChart } from "@/parts/TimeChart";
import { useRange } from "@/shell/range";
import { milliseconds, rangeBetween } from "@/time";
import type { Change } from "./Builder";
import { ExemplarTable } from "./ExemplarTable";
import { kindName, titleOf } from "./kinds";
import { type LegendRow, legendRows } from "./legend";
import { askExemplars, askSeries, type MetricSearch } from "./search";
import { type Measure, measure } from "./unit";

type Course = Answer<"/api/v1/metrics/{name}">;

/** How a metric went: its series, a table of them, and the traces that were counted in it. */
export function MetricCourse({ search, change, known }: { search: MetricSearch; change: Change; known: Metric[] }) {
  const { range, refetchInterval } = useRange();
  const asked = useAsk("/api/v1/metrics/{name}", askSeries(search, range), { refetchInterval });
  const exemplars = useAsk("/api/v1/exemplars", askExemplars(search, range), { refetchInterval });
  const found = exemplars.data?.name === search.metric ? (exemplars.data?.exemplars ?? []) : [];
  const units = new Set(known.filter(({ kind }) => !search.kind || kind === search.kind).map(({ unit }) => unit));
  return (
    <>
      <Panel
        title={asked.data ? `${search.metric}: ${titleOf(asked.data.aggregation)}` : (search.metric ?? "")}
        asked={asked}
        flush
        lines={8}
        actions={<Kinds known={known} />}
      >
        {(answer) => <Drawn answer={answer} asked={asked} exemplars={found} search={search} change={change} />}
      </Panel>
      {found.length > 0 && (
        <Panel title="Exemplars" asked={exemplars} flush>
          {() => <ExemplarTable exemplars={found} measure={measure([...units][0] ?? "", "gauge", "last")} />}
        </Panel>
      )}
    </>
  );
}

function Kinds({ known }: { known: Metric[] }) {
  const words = known.flatMap((metric) => [kindName(metric), ...(metric.temporality ? [metric.temporality] : [])]);
  return (
    <span className="row wrap" style={{ gap: 4 }}>
      {[...new Set(words)].map((word) => (
        <Badge key={word}>{word}</Badge>
      ))}
    </span>
  );
}

function Drawn({
  answer,
  exemplars,
  search,
  change,
}: {
  answer: Course;
  asked: Asked<Course>;
  exemplars: MetricExemplar[];
  search: MetricSearch;
  change: Change;
}) {
  const { setRange } = useRange();
  const { times, rows, span, how } = useMemo(() => {
    const times = stepTimes(answer);
    const [first] = answer.series;
    return {
      times,
      rows: legendRows(answer.series, times),
      span: [milliseconds(answer.start), milliseconds(answer.end)] as [number, number],
      how: measure(first?.unit ?? "", first?.kind ?? "", answer.aggregation),
    };
  }, [answer]);
  const points = useMemo(() => exemplars.map((each) => asPoint(each, answer)), [exemplars, answer]);
  const series = useMemo(
    () =>
      rows.map(({ name, colour, values, reach }) => ({ label: name, colour, values, reach, fill: rows.length === 1 })),
    [rows],
  );
  if (!rows.length)
    return <Empty title="No point meets all conditions">Take a condition away, or choose a longer time range.</Empty>;
  return (
    <>
      <div className="metric-about">
        {answer.description && <p>{answer.description}</p>}
        <p className="quiet small-text">
          {how.unit && `Unit: ${how.unit}. `}A step is {formatCount(answer.step_seconds)} s; where nothing was sent
          there is a gap.
          {points.length > 0 && " A diamond is one value that was counted: it opens its trace."}
        </p>
      </div>
      <Others answer={answer} />
      <div className="metric-chart">
        <TimeChart
          label={`${answer.name}, ${titleOf(answer.aggregation)}`}
          times={times}
          span={span}
          series={series}
          format={how.format}
          points={points}
          height={280}
          onRange={(from, to) => setRange(rangeBetween(from, to))}
        />
      </div>
      <DataTable
        label="Series"
        rows={rows}
        columns={columns(how, search, change)}
        identify={({ name }) => name}
        most={50}
      />
    </>
  );
}

/** Says that there are more series than are drawn; what is not drawn is not in the numbers either. */
function Others({ answer: { series, series_count } }: { answer: Course }) {
  const others = series_count - series.length;
  if (others <= 0) return null;
  return (
    <Partial>
      These are the {formatCount(series.length)} of {formatCount(series_count)} series with the highest averages;{" "}
      {others === 1 ? "1 other is" : `${formatCount(others)} others are`} not drawn and not counted below.
    </Partial>
  );
}

/** Aggregations that are in the unit of the values themselves, so that a single value has its place among them. */
const AMONG_VALUES = /^(avg|min|max|last|p\d.*)$/;

function asPoint({ time, value, trace_id, span_id, is_stored }: MetricExemplar, answer: Course): Point {
  const among = AMONG_VALUES.test(answer.aggregation);
  const { format } = measure(answer.series[0]?.unit ?? "", "gauge", "last");
  const said = format(value);
  return {
    at: milliseconds(time),
    value: among ? value : null,
    label: is_stored ? `${said}: open its trace` : `${said}; its trace is not stored`,
    ...(is_stored ? { href: `/traces/${trace_id}${span_id ? `?span=${span_id}` : ""}` } : {}),
  };
}

function columns({ format }: Measure, search: MetricSearch, change: Change) {
  const number = (name: "last" | "least" | "most" | "mean", title: string, wide = false) => ({
    name,
    title,
    right: true,
    wide,
    order: (row: LegendRow) => row[name] ?? -Infinity,
    cell: (row: LegendRow) => format(row[name]),
  });
  return [
    {
      name: "name",
      title: search.by?.join(", ") ?? "Series",
      order: ({ name }: LegendRow) => name,
      cell: (row: LegendRow) => (
        <span className="row">
          <span className="swatch" style={{ "--swatch": row.colour, marginRight: 0, flex: "none" }} />
          <SeriesName row={row} search={search} change={change} />
        </span>
      ),
    },
    number("last", "Last"),
    number("least", "Lowest", true),
    number("most", "Highest"),
    number("mean", "Average of steps", true),
  ];
}

/** The name of a series; it leads to that series alone if its labels can be asked for. */
function SeriesName({ row, search, change }: { row: LegendRow; search: MetricSearch; change: Change }) {
  const labels = Object.entries(row.labels);
  if (!labels.length || labels.some(([, value]) => value === "")) return <span className="breakable">{row.name}</span>;
  const { "service.name": service, ...others } = row.labels;
  const narrow = () =>
    change({
      by: undefined,
      attribute: [...(search.attribute ?? []), ...Object.entries(others).map(([key, value]) => `${key}=${value}`)],
      ...(service ? { service } : {}),
    });
  return (
    <button type="button" className="series-name breakable" title="Only this series" onClick={narrow}>
      {row.name}
    </button>
  );
}
