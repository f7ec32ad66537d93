import { useNavigate } from "@tanstack/react-router";
import type uPlot from "uplot";

/** One value at a time (milliseconds), such as an exemplar; without a value it stands on the axis. It may lead somewhere. */
export type Point = { at: number; value: number | null; label: string; href?: string };

/** Where a point is in the chart, in pixels; one above the highest line is at the upper edge. */
export type Spot = Point & { left: number; top: number };

/** Where points are in a chart as it is drawn; those outside its time are nowhere. */
export function spotsOf(chart: uPlot, points: Point[]): Spot[] {
  const [x, y] = [chart.bbox.left / devicePixelRatio, chart.bbox.top / devicePixelRatio];
  const [width, height] = [chart.bbox.width / devicePixelRatio, chart.bbox.height / devicePixelRatio];
  return points.flatMap((point) => {
    const left = chart.valToPos(point.at, "x");
    if (!(left >= 0 && left <= width)) return [];
    const top = point.value === null ? height : Math.min(Math.max(chart.valToPos(point.value, "y"), 0), height);
    return [{ ...point, left: Math.round(x + left), top: Math.round(y + top) }];
  });
}

/** The points over a chart. They are links for the pointer; for the keyboard the same are in a list beside the chart. */
export function ChartPoints({ spots }: { spots: Spot[] }) {
  const navigate = useNavigate();
  return spots.map(({ at, value, left, top, label, href }) => {
    const place = { key: `${at} ${value} ${label}`, style: { left, top }, title: label };
    if (!href) return <span {...place} key={place.key} className="chart-point gone" />;
    return (
      <a
        {...place}
        key={place.key}
        className="chart-point"
        href={href}
        tabIndex={-1}
        aria-label={label}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          void navigate({ href });
        }}
      />
    );
  });
}
