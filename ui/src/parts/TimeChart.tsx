import { useEffect, useMemo, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useTheme } from "@/shell/theme";
import { formatTime } from "@/time";
import { ChartPoints, type Point, type Spot, spotsOf } from "./ChartPoints";

export type Series = {
  label: string;
  /** A value per time; null is a gap. */
  values: (number | null)[];
  /** A CSS colour, such as that of `seriesColour`. */
  colour: string;
  fill?: boolean;
  /** Values are joined over gaps up to that many milliseconds: what comes every five minutes is one line. */
  reach?: number;
  /** Draw a bar from each time up to the next. */
  bars?: boolean;
  /** What is said of each time if that is not what is drawn: bars that stand on others are drawn higher. */
  told?: (number | null)[];
};

/** A line across the chart at a value, such as a limit; the label is of what lies below it. */
export type Level = { value: number; label: string };

/** Series of bars, each standing on those before it. */
export function stack(series: Series[]): Series[] {
  let below: number[] = [];
  return series
    .map((each) => {
      below = each.values.map((value, place) => (value ?? 0) + (below[place] ?? 0));
      return { ...each, bars: true, values: below, told: each.values };
    })
    .reverse();
}

/** Something that happened at a time (milliseconds), such as a deployment. */
export type Mark = { at: number; label: string };

type Props = {
  /** What the chart shows, for those who do not see it. */
  label: string;
  /** Milliseconds, ascending. */
  times: number[];
  series: Series[];
  format: (value: number) => string;
  /** First and last millisecond of the axis. */
  span: [number, number];
  marks?: Mark[];
  points?: Point[];
  levels?: Level[];
  /** Distances between the lines behind the values that are round in their unit. */
  increments?: number[];
  /** What to do when a range (milliseconds) is drawn with the pointer. */
  onRange?: (from: number, to: number) => void;
  /** What to do when the time at a place of `times` is clicked. */
  onPick?: (place: number) => void;
  height?: number;
  /** Where the axis of values ends; above the largest if left out. */
  top?: number;
  /** Charts of one group show the pointer of each other. */
  group?: string;
};

/** A chart of series over time. Dragging over it draws a range; deployments and the like are marked on the time axis. */
export function TimeChart(props: Props) {
  const { label, times, series, height = 180, marks = [] } = props;
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const { dark } = useTheme();
  const [at, setAt] = useState<{ place: number; left: number }>();
  const [spots, setSpots] = useState<Spot[]>([]);
  const data = useMemo(() => [times, ...series.map(({ values }) => values)] as uPlot.AlignedData, [times, series]);
  const names = series.map(({ label, colour }) => `${label}${colour}`).join();

  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours on the canvas change with the theme, the lines with the names
  useEffect(() => {
    if (!box.current) return;
    const chart = new uPlot(options(box.current, latest, setAt, setSpots, height), data, box.current);
    const observer = new ResizeObserver(
      ([entry]) => entry && chart.setSize({ width: entry.contentRect.width, height }),
    );
    observer.observe(box.current);
    charts.set(box.current, chart);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [dark, names, height, props.levels?.length]);

  const [from, to] = props.span;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the axis follows the range
  useEffect(() => {
    const chart = box.current && charts.get(box.current);
    chart?.setData(data);
  }, [data, from, to, marks.length, props.levels, props.points]);

  return (
    <div className="chart">
      <div role="img" aria-label={`${label}. ${summary(props)}`}>
        <div ref={box} style={{ height }} />
        {at && <Tip {...props} place={at.place} left={at.left} />}
      </div>
      <ChartPoints spots={spots} />
    </div>
  );
}

const DAY = 86_400_000;
/** More than that would cover the chart. */
const MOST_TOLD = 12;
const BARS = uPlot.paths.bars ? { paths: uPlot.paths.bars({ size: [0.82, 44], align: 1, radius: 0.12 }) } : {};
const charts = new WeakMap<HTMLElement, uPlot>();

function summary({ series, format }: Props): string {
  return series
    .map(({ label, values, told = values }) => {
      const known = told.filter((value) => value !== null);
      return known.length
        ? `${label}: between ${format(Math.min(...known))} and ${format(Math.max(...known))}, last ${format(known.at(-1) ?? 0)}`
        : `${label}: no values`;
    })
    .join("; ");
}

function Tip({ times, series, format, marks = [], span, place, left }: Props & { place: number; left: number }) {
  const time = times[place];
  if (time === undefined) return null;
  const near = (span[1] - span[0]) / 60;
  return (
    <div
      className="tip"
      style={left > 0.5 ? { right: `${(1 - left) * 100 + 3}%`, top: 4 } : { left: `${left * 100 + 3}%`, top: 4 }}
    >
      <div className="quiet">{formatTime(time, Date.now(), axisDetail(span))}</div>
      {series.slice(0, MOST_TOLD).map(({ label, colour, values, told = values }) => (
        <div key={label} className="row">
          <span className="swatch" style={{ "--swatch": colour }} />
          <span className="grow">{label}</span>
          <strong className="number">{told[place] == null ? "–" : format(told[place])}</strong>
        </div>
      ))}
      {series.length > MOST_TOLD && <div className="quiet">and {series.length - MOST_TOLD} more</div>}
      {marks
        .filter(({ at }) => Math.abs(at - time) < near)
        .map(({ at, label }) => (
          <div key={`${at}${label}`}>▾ {label}</div>
        ))}
    </div>
  );
}

function options(
  box: HTMLElement,
  latest: { current: Props },
  setAt: (at: { place: number; left: number } | undefined) => void,
  setSpots: (spots: Spot[]) => void,
  height: number,
): uPlot.Options {
  const colour = resolver(box);
  const quiet = colour("var(--text-quiet)");
  const axis = { stroke: quiet, font: "11px 'Inter Variable', sans-serif", ticks: { show: false }, gap: 6 };
  const { series, group, onRange, increments, levels } = latest.current;
  return {
    width: box.clientWidth || 400,
    height,
    ms: 1,
    padding: [12, levels?.length ? 52 : 20, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { size: 6 },
      drag: { x: Boolean(onRange), y: false, setScale: false },
      // A bar reaches from its time to the right: the one under the pointer is meant, not the one that begins nearest.
      dataIdx: (chart, _, nearest, at) =>
        series[0]?.bars && nearest > 0 && (chart.data[0][nearest] ?? 0) > at ? nearest - 1 : nearest,
      ...(group ? { sync: { key: group } } : {}),
    },
    scales: {
      x: { time: true, range: () => latest.current.span },
      y: { range: (_, least, most) => valueRange(latest.current, least, most) },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 26,
        space: 70,
        values: (_, splits) => splits.map((at) => formatTime(at, Date.now(), axisDetail(latest.current.span))),
      },
      {
        ...axis,
        size: (_, values) => 18 + 6.4 * Math.max(...(values ?? []).map((value) => value.length), 2),
        space: 36,
        ...(increments ? { incrs: increments } : {}),
        grid: { stroke: colour("var(--line)"), width: 1 },
        values: (_, splits) => splits.map((value) => latest.current.format(value)),
      },
    ],
    series: [
      {},
      ...series.map(({ label, colour: own, fill, bars, reach }): uPlot.Series => {
        const stroke = colour(own);
        if (bars) return { label, fill: stroke, width: 0, points: { show: false }, ...BARS };
        return {
          label,
          stroke,
          width: 1.6,
          points: { size: 4 },
          ...(reach ? { gaps: (chart, _, __, ___, gaps) => gaps.filter((gap) => isWider(chart, gap, reach)) } : {}),
          ...(fill ? { fill: stroke.replace(/^rgb\((.*)\)$/, "rgba($1, 0.12)") } : {}),
        };
      }),
    ],
    hooks: {
      draw: [
        (chart) => drawLevels(chart, latest.current.levels ?? [], quiet),
        (chart) => drawMarks(chart, latest.current.marks ?? [], colour("var(--gold)")),
        (chart) => latest.current.points && setSpots(spotsOf(chart, latest.current.points)),
      ],
      setCursor: [
        (chart) => {
          const place = chart.cursor.idxs?.[1];
          const left = (chart.cursor.left ?? -1) + chart.bbox.left / devicePixelRatio;
          setAt(place == null || (chart.cursor.left ?? -1) < 0 ? undefined : { place, left: left / chart.width });
        },
      ],
      setSelect: [
        (chart) => {
          const { left, width } = chart.select;
          if (width < 4) return;
          latest.current.onRange?.(chart.posToVal(left, "x"), chart.posToVal(left + width, "x"));
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      ready: [
        (chart) => {
          let pressed = 0;
          chart.over.addEventListener("mousedown", (event) => {
            pressed = event.clientX;
          });
          chart.over.addEventListener("click", (event) => {
            const isDrawn = Math.abs(event.clientX - pressed) > 3;
            const place = chart.cursor.idxs?.[1];
            if (!isDrawn && place != null) latest.current.onPick?.(place);
          });
        },
      ],
    },
  };
}

/** From 0 or the lowest value, with some room above the highest; a single point makes it twice as high at most. */
function valueRange({ top, points = [] }: Props, least: number | null, most: number | null): [number, number] {
  const low = Math.min(least ?? 0, 0);
  const highest = Math.max(most ?? 0, 0);
  const single = Math.max(...points.map(({ value }) => value ?? 0), 0);
  const high = Math.max(highest, Math.min(single, 2 * highest)) || (low < 0 ? 0 : 1);
  return [low * 1.08, top ?? high * 1.08];
}

function isWider(chart: uPlot, [from, to]: number[], reach: number): boolean {
  return chart.posToVal(to ?? 0, "x", true) - chart.posToVal(from ?? 0, "x", true) > reach;
}

/** Where days stand side by side their hours say nothing. */
function axisDetail([from, to]: [number, number]): "day" | "minute" {
  return to - from >= 3 * DAY ? "day" : "minute";
}

/** A canvas knows no variables: let the browser work a colour out. */
function resolver(box: HTMLElement): (colour: string) => string {
  return (colour) => {
    const probe = document.createElement("span");
    probe.style.color = colour;
    box.append(probe);
    const known = getComputedStyle(probe).color;
    probe.remove();
    return known;
  };
}

function drawLevels(chart: uPlot, levels: Level[], colour: string): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.font = `${11 * devicePixelRatio}px 'Inter Variable', sans-serif`;
  ctx.setLineDash([2 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.textAlign = "left";
  const right = bbox.left + bbox.width;
  let lowest = bbox.top + bbox.height;
  for (const { value, label } of levels) {
    const y = Math.max(chart.valToPos(value, "y", true), bbox.top);
    // A label needs its height: what is too close to the one below it goes without.
    if (lowest - y > 14 * devicePixelRatio) {
      ctx.fillText(label, right + 6 * devicePixelRatio, y + 12 * devicePixelRatio);
    }
    lowest = y;
    if (y === bbox.top) break;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(right, y);
    ctx.stroke();
  }
  ctx.restore();
}

function drawMarks(chart: uPlot, marks: Mark[], colour: string): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
  for (const { at } of marks) {
    const x = chart.valToPos(at, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    const size = 5 * devicePixelRatio;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.beginPath();
    ctx.moveTo(x - size, bbox.top - size);
    ctx.lineTo(x + size, bbox.top - size);
    ctx.lineTo(x, bbox.top + size * 0.6);
    ctx.fill();
  }
  ctx.restore();
}
