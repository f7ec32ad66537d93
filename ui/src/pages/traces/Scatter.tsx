import { type PointerEvent, useMemo, useState } from "react";
import type { TraceSummary } from "@/api/types";
import { formatDuration } from "@/format";
import { useWidth } from "@/parts/width";
import { formatTime, milliseconds } from "@/time";
import type { Box } from "./search";

const HEIGHT = 170;
const EDGE = { left: 64, right: 14, top: 8, bottom: 22 };

type Scales = {
  x: (at: number) => number;
  y: (duration: number) => number;
  time: (x: number) => number;
  duration: (y: number) => number;
  levels: number[];
};

/**
 * Traces by when they began and how long they took, on a logarithmic scale; failed ones stand out. Drawing a rectangle gives
 * the part that is meant.
 */
export function Scatter({
  traces,
  span,
  box,
  choose,
  open,
}: {
  traces: TraceSummary[];
  span: [number, number];
  box: Box | undefined;
  choose: (box: Box) => void;
  open: (trace: TraceSummary) => void;
}) {
  const [frame, width] = useWidth<HTMLDivElement>();
  const [drawn, setDrawn] = useState<{ x: number; y: number; toX: number; toY: number }>();
  const scales = useMemo(() => makeScales(traces, span, width), [traces, span, width]);
  const place = (event: PointerEvent<SVGSVGElement>) => {
    const edge = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - edge.left, y: event.clientY - edge.top };
  };
  const finish = () => {
    setDrawn(undefined);
    if (!drawn || Math.abs(drawn.toX - drawn.x) < 5 || Math.abs(drawn.toY - drawn.y) < 5) return;
    const [left, right] = [drawn.x, drawn.toX].sort((one, other) => one - other) as [number, number];
    const [top, bottom] = [drawn.y, drawn.toY].sort((one, other) => one - other) as [number, number];
    choose(
      [scales.time(left), scales.time(right), scales.duration(bottom), scales.duration(top)].map(Math.round) as Box,
    );
  };
  const shown =
    drawn ?? (box && { x: scales.x(box[0]), toX: scales.x(box[1]), y: scales.y(box[3]), toY: scales.y(box[2]) });
  return (
    <div ref={frame} style={{ height: HEIGHT }}>
      {width > 0 && (
        <svg
          className="scatter"
          width={width}
          height={HEIGHT}
          role="img"
          aria-label={`${traces.length} traces by time and duration`}
          onPointerDown={(event) => {
            const at = place(event);
            event.currentTarget.setPointerCapture(event.pointerId);
            setDrawn({ ...at, toX: at.x, toY: at.y });
          }}
          onPointerMove={(event) => {
            const at = place(event);
            setDrawn((now) => now && { ...now, toX: at.x, toY: at.y });
          }}
          onPointerUp={finish}
          onPointerCancel={() => setDrawn(undefined)}
        >
          <Axes scales={scales} span={span} width={width} />
          {traces.map((trace) => (
            // biome-ignore lint/a11y/noStaticElementInteractions: the list below has the same traces as links
            <circle
              key={trace.trace_id}
              className={trace.errors ? "dot failed" : "dot"}
              cx={scales.x(milliseconds(trace.start))}
              cy={scales.y(trace.duration_ns)}
              r={trace.errors ? 4 : 3.2}
              onPointerDown={(event) => event.stopPropagation()}
              onClick={() => open(trace)}
            >
              <title>{`${trace.root_service}: ${trace.root_operation}, ${formatDuration(trace.duration_ns)}`}</title>
            </circle>
          ))}
          {shown && (
            <rect
              className="drawn"
              x={Math.min(shown.x, shown.toX)}
              y={Math.min(shown.y, shown.toY)}
              width={Math.abs(shown.toX - shown.x)}
              height={Math.abs(shown.toY - shown.y)}
            />
          )}
        </svg>
      )}
    </div>
  );
}

function Axes({ scales, span, width }: { scales: Scales; span: [number, number]; width: number }) {
  const ticks = Math.max(2, Math.floor(width / 160));
  return (
    <g className="axes">
      {scales.levels.map((level) => (
        <g key={level}>
          <line x1={EDGE.left} x2={width - EDGE.right} y1={scales.y(level)} y2={scales.y(level)} />
          <text x={EDGE.left - 8} y={scales.y(level) + 4} textAnchor="end">
            {formatDuration(level)}
          </text>
        </g>
      ))}
      {Array.from({ length: ticks + 1 }, (_, tick) => span[0] + ((span[1] - span[0]) * tick) / ticks).map(
        (at, tick) => (
          <text
            key={at}
            x={scales.x(at)}
            y={HEIGHT - 5}
            textAnchor={tick === 0 ? "start" : tick === ticks ? "end" : "middle"}
          >
            {formatTime(at, Date.now(), span[1] - span[0] < 600_000 ? "second" : "minute")}
          </text>
        ),
      )}
    </g>
  );
}

function makeScales(traces: TraceSummary[], [from, to]: [number, number], width: number): Scales {
  const durations = traces.map(({ duration_ns }) => Math.max(duration_ns, 1));
  const low = Math.log10(Math.min(...durations, 1e9)) - 0.15;
  const high = Math.max(Math.log10(Math.max(...durations, 1)), low + 1) + 0.1;
  const across = width - EDGE.left - EDGE.right;
  const down = HEIGHT - EDGE.top - EDGE.bottom;
  const first = Math.ceil(low);
  const levels = Array.from({ length: Math.floor(high) - first + 1 }, (_, step) => 10 ** (first + step));
  return {
    x: (at) => EDGE.left + ((at - from) / (to - from || 1)) * across,
    y: (duration) => EDGE.top + (1 - (Math.log10(Math.max(duration, 1)) - low) / (high - low)) * down,
    time: (x) => from + ((x - EDGE.left) / across) * (to - from),
    duration: (y) => 10 ** (low + (1 - (y - EDGE.top) / down) * (high - low)),
    levels: levels.length > 5 ? levels.filter((_, step) => step % 2 === 0) : levels,
  };
}
