import { type PointerEvent, useEffect, useState } from "react";
import { formatDuration } from "@/format";
import { serviceColour } from "@/parts/colours";
import { useWidth } from "@/parts/width";
import { useTheme } from "@/shell/theme";
import type { Tree } from "./model";

const HEIGHT = 44;

/** The whole trace, small: drawing over it chooses the time that the rows show. */
export function Overview({
  tree,
  zoom,
  choose,
}: {
  tree: Tree;
  zoom: [number, number] | undefined;
  choose: (zoom: [number, number] | undefined) => void;
}) {
  const [frame, width] = useWidth<HTMLDivElement>();
  const [canvas, setCanvas] = useState<HTMLCanvasElement | null>(null);
  const [drawn, setDrawn] = useState<[number, number]>();
  const { dark } = useTheme();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours on the canvas change with the theme
  useEffect(() => {
    if (canvas && width) draw(canvas, tree, width);
  }, [canvas, tree, width, dark]);
  const part = (event: PointerEvent<HTMLElement>) => {
    const edge = event.currentTarget.getBoundingClientRect();
    return Math.min(Math.max((event.clientX - edge.left) / edge.width, 0), 1);
  };
  const microseconds = tree.duration / 1e3;
  const finish = () => {
    setDrawn(undefined);
    if (!drawn) return;
    const [from, to] = [...drawn].sort((one, other) => one - other) as [number, number];
    if (to - from > 0.004) choose([Math.floor(from * microseconds), Math.ceil(to * microseconds)]);
  };
  const shown = drawn ? [...drawn].sort((one, other) => one - other) : zoom?.map((at) => at / microseconds);
  return (
    <div className="overview">
      <div
        ref={frame}
        className="overview-frame"
        style={{ height: HEIGHT }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrawn([part(event), part(event)]);
        }}
        onPointerMove={(event) => {
          const to = part(event);
          setDrawn((now) => now && [now[0], to]);
        }}
        onPointerUp={finish}
        onPointerCancel={() => setDrawn(undefined)}
      >
        <canvas ref={setCanvas} style={{ width: "100%", height: HEIGHT }} aria-hidden />
        {shown && (
          <div
            className="drawn"
            style={{ left: `${(shown[0] ?? 0) * 100}%`, width: `${((shown[1] ?? 0) - (shown[0] ?? 0)) * 100}%` }}
          />
        )}
      </div>
      {zoom && (
        <button type="button" className="button plain small" onClick={() => choose(undefined)}>
          {formatDuration(zoom[0] * 1e3)} to {formatDuration(zoom[1] * 1e3)}: show all
        </button>
      )}
    </div>
  );
}

function draw(canvas: HTMLCanvasElement, { nodes, duration }: Tree, width: number): void {
  const scale = devicePixelRatio;
  canvas.width = width * scale;
  canvas.height = HEIGHT * scale;
  const context = canvas.getContext("2d");
  if (!context) return;
  context.scale(scale, scale);
  const deepest = nodes.reduce((most, { depth }) => Math.max(most, depth), 0);
  const line = Math.min(6, (HEIGHT - 4) / (deepest + 1));
  const colours = new Map<string, string>();
  for (const { start, end, depth, span } of nodes) {
    let colour = colours.get(span.service);
    if (!colour) {
      canvas.style.color = serviceColour(span.service);
      colour = getComputedStyle(canvas).color;
      colours.set(span.service, colour);
    }
    context.fillStyle = colour;
    context.fillRect(
      (start / (duration || 1)) * width,
      2 + depth * line,
      Math.max(1, ((end - start) / (duration || 1)) * width),
      Math.max(1, line - 1),
    );
  }
}
