import { Graph, layout } from "@dagrejs/dagre";
import type { AskedNode, Edge } from "@/api/types";
import { edgeKey, keyOf } from "./model";

export type Point = { x: number; y: number };
export type PlacedNode = { node: AskedNode; x: number; y: number; width: number };
export type PlacedEdge = { edge: Edge; path: string; at: Point };
export type Size = { width: number; height: number };
export type Placed = { nodes: PlacedNode[]; edges: PlacedEdge[] } & Size;

export const NODE_HEIGHT = 44;
export const LABEL = { width: 112, height: 30 };

/** Place nodes so that calls go down or to the right, as it fits better into a frame, and labels have their room. */
export function place(nodes: AskedNode[], edges: Edge[], frame: Size): Placed {
  const [down, right] = [placeIn(nodes, edges, true), placeIn(nodes, edges, false)];
  return scaleIn(right, frame) > scaleIn(down, frame) ? right : down;
}

/** How much larger or smaller something is made to fit into a frame, never much larger than it is. */
export function scaleIn({ width, height }: Size, frame: Size): number {
  return Math.min(frame.width / (width || 1), frame.height / (height || 1), 1.1);
}

function placeIn(nodes: AskedNode[], edges: Edge[], down: boolean): Placed {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: down ? "TB" : "LR", nodesep: 26, edgesep: 14, ranksep: 30 });
  for (const node of nodes) graph.setNode(keyOf(node), { width: nodeWidth(node.name), height: NODE_HEIGHT });
  for (const edge of edges) {
    const size = { ...LABEL, labelpos: "c" };
    graph.setEdge(keyOf(edge.caller), keyOf(edge.callee), size, edgeKey(edge));
  }
  layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    nodes: nodes.map((node) => {
      const { x, y, width } = graph.node(keyOf(node));
      return { node, x, y, width };
    }),
    edges: edges.map((edge) => {
      const { points, x, y } = graph.edge(keyOf(edge.caller), keyOf(edge.callee), edgeKey(edge));
      return { edge, path: curve(points), at: { x, y } };
    }),
    width,
    height,
  };
}

/** The width of a node: that of its name, but with room for its numbers. */
function nodeWidth(name: string): number {
  return Math.min(Math.max(50 + 7.1 * name.length, 184), 250);
}

/** A line through the middles between points, bent at the points. */
export function curve(points: Point[]): string {
  const [first, ...rest] = points;
  const last = rest.at(-1);
  if (!first || !last) return "";
  const bends = rest.slice(0, -1).map((point, place) => {
    const next = rest[place + 1] ?? last;
    const end = place === rest.length - 2 ? last : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    return `Q${round(point)} ${round(end)}`;
  });
  return `M${round(first)}${bends.length ? bends.join("") : `L${round(last)}`}`;
}

function round({ x, y }: Point): string {
  return `${x.toFixed(1)},${y.toFixed(1)}`;
}
