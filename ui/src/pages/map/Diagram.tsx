import { Maximize, Minus, Plus } from "lucide-react";
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import type { AskedNode, Edge } from "@/api/types";
import { useNarrow } from "@/parts/narrow";
import { useTheme } from "@/shell/theme";
import { useFrameSize } from "./frame";
import { type PlacedNode, place, type Size, scaleIn } from "./layout";
import { edgeKey, HEALTH, type Health, keyOf } from "./model";
import { EdgeShape, NodeShape } from "./shapes";
import { EDGE, useZoom } from "./zoom";

const STEP = 60;
const FACTOR = 1.3;
// The room that is left when something is chosen: the drawing stays as it is then.
const ROOM = { width: 640, height: 600 };
const NARROW = { width: 350, height: 2_000 };

/**
 * Nodes and the calls between them. Wheel, drag and two fingers move it; with the keyboard arrows go from node to node, with Shift they
 * move the drawing, Enter chooses, + and - change the size and 0 shows all.
 */
export function Diagram({
  nodes,
  edges,
  seconds,
  chosen,
  choose,
}: {
  nodes: AskedNode[];
  edges: Edge[];
  seconds: number;
  chosen: { node?: string | undefined; edge?: string | undefined };
  choose: (what: AskedNode | Edge) => void;
}) {
  const frame = useRef<SVGSVGElement>(null);
  const [width, height] = useFrameSize(frame);
  // Numbers change every few seconds: what is connected decides where things are.
  const shape = edges.map(edgeKey).sort().join();
  const isNarrow = useNarrow();
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  const where = useMemo(() => place(nodes, edges, isNarrow ? NARROW : ROOM), [shape, isNarrow]);
  const placed = useMemo(() => {
    const known = new Map(nodes.map((node) => [keyOf(node), node]));
    const counted = new Map(edges.map((edge) => [edgeKey(edge), edge]));
    return {
      nodes: where.nodes.map((each) => ({ ...each, node: known.get(keyOf(each.node)) ?? each.node })),
      edges: where.edges.map((each) => ({ ...each, edge: counted.get(edgeKey(each.edge)) ?? each.edge })),
    };
  }, [where, nodes, edges]);
  const zooming = useZoom(frame, where, [width, height]);
  const [over, setOver] = useState<{ node?: string; edge?: string }>();
  const [at, setAt] = useState<string>();
  const near = useMemo(() => nearOf(edges, over ?? chosen), [edges, over, chosen]);
  const most = Math.max(...edges.map(({ calls }) => calls), 1);
  const current = at ?? chosen.node ?? (placed.nodes[0] && keyOf(placed.nodes[0].node));

  const press = (event: KeyboardEvent<SVGSVGElement>) => {
    const way = ARROWS[event.key];
    if (way && event.shiftKey) zooming.panBy(-way[0] * STEP, -way[1] * STEP);
    else if (way) {
      const next = nextNode(placed.nodes, current, way);
      if (!next) return;
      zooming.show(next.x, next.y);
      frame.current?.querySelector<SVGElement>(`[data-key="${CSS.escape(keyOf(next.node))}"]`)?.focus();
    } else if (event.key === "+" || event.key === "=") zooming.zoomBy(FACTOR);
    else if (event.key === "-") zooming.zoomBy(1 / FACTOR);
    else if (event.key === "0") zooming.showAll();
    else return;
    event.preventDefault();
  };

  return (
    <div className="map-frame" style={{ height: frameHeight(where, width) }}>
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing of many parts has no element of its own */}
      <svg
        ref={frame}
        className="map"
        role="group"
        aria-label={`Map of ${nodes.length} nodes and ${edges.length} calls; the table has the same`}
        onKeyDown={press}
      >
        <Arrows />
        <g transform={zooming.transform.toString()}>
          {placed.edges.map((each) => {
            const key = edgeKey(each.edge);
            return (
              <EdgeShape
                key={key}
                placed={each}
                seconds={seconds}
                weight={each.edge.calls / most}
                isFaint={near !== undefined && !near.edges.has(key)}
                isChosen={key === chosen.edge}
                choose={() => choose(each.edge)}
                over={(is) => setOver(is ? { edge: key } : undefined)}
              />
            );
          })}
          {placed.nodes.map((each) => {
            const key = keyOf(each.node);
            return (
              <NodeShape
                key={key}
                placed={each}
                seconds={seconds}
                isFaint={near !== undefined && !near.nodes.has(key)}
                isChosen={key === chosen.node}
                isCurrent={key === current}
                choose={() => choose(each.node)}
                over={(is) => setOver(is ? { node: key } : undefined)}
                focus={() => {
                  setAt(key);
                  setOver({ node: key });
                }}
              />
            );
          })}
        </g>
      </svg>
      <div className="map-tools">
        <button type="button" className="button small" aria-label="Larger" onClick={() => zooming.zoomBy(FACTOR)}>
          <Plus size={14} aria-hidden />
        </button>
        <button type="button" className="button small" aria-label="Smaller" onClick={() => zooming.zoomBy(1 / FACTOR)}>
          <Minus size={14} aria-hidden />
        </button>
        <button type="button" className="button small" onClick={zooming.showAll}>
          <Maximize size={13} aria-hidden /> Fit
        </button>
      </div>
    </div>
  );
}

/** The height that the drawing has when it fits the width, with what is free around it. */
function frameHeight(drawing: Size, width: number): number {
  const scale = scaleIn(drawing, { width: (width || 1_000) - 2 * EDGE, height: Number.POSITIVE_INFINITY });
  return Math.round(Math.max(drawing.height * scale + 2 * EDGE, 320));
}

const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The nearest node in a direction: what is aside counts as twice as far. */
function nextNode(nodes: PlacedNode[], current: string | undefined, [x, y]: [number, number]): PlacedNode | undefined {
  const here = nodes.find(({ node }) => keyOf(node) === current);
  if (!here) return nodes[0];
  let best: PlacedNode | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const each of nodes) {
    const [across, along] = [each.x - here.x, each.y - here.y];
    const ahead = across * x + along * y;
    const far = ahead + 2 * Math.abs(across * y - along * x);
    if (ahead > 4 && far < least) [best, least] = [each, far];
  }
  return best;
}

/** What belongs to what is pointed at: a node with its calls and their other ends, or an edge with both of its ends. */
function nearOf(
  edges: Edge[],
  { node, edge }: { node?: string | undefined; edge?: string | undefined },
): { nodes: Set<string>; edges: Set<string> } | undefined {
  if (!node && !edge) return undefined;
  const found = edges.filter((each) =>
    edge ? edgeKey(each) === edge : keyOf(each.caller) === node || keyOf(each.callee) === node,
  );
  const nodes = new Set(found.flatMap(({ caller, callee }) => [keyOf(caller), keyOf(callee)]));
  if (node) nodes.add(node);
  return { nodes, edges: new Set(found.map(edgeKey)) };
}

/** The heads of the arrows, one in each colour. */
function Arrows() {
  // Colours in a definition are looked up anew when the theme changes only if it is drawn anew.
  const { dark } = useTheme();
  return (
    <defs key={String(dark)}>
      {(Object.keys(HEALTH) as Health[]).map((health) => (
        <marker
          key={health}
          id={`arrow-${health}`}
          className={`arrow ${health}`}
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="8"
          markerHeight="8"
          markerUnits="userSpaceOnUse"
          orient="auto-start-reverse"
        >
          <path d="M0,0.6 L8,4 L0,7.4 Z" />
        </marker>
      ))}
    </defs>
  );
}
