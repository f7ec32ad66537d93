import type { Follower, LogRecord, Span, Trace } from "@/api/types";
import { nanoseconds } from "@/time";

/** A span in its place in the tree. Times are nanoseconds from the start of the trace. */
export type Node = {
  /** Its place among the spans of the trace: two spans may have one id. */
  key: number;
  span: Span;
  start: number;
  end: number;
  depth: number;
  parent: Node | undefined;
  children: Node[];
  /** How many spans are below it, at any depth. */
  below: number;
  /** Time in it when no child of it ran. */
  self: number;
  /** Its parent was not sent, or not yet. */
  isOrphan: boolean;
  /** The records of its span. */
  logs: LogRecord[];
  /** Spans of other traces that link to it. */
  followers: Follower[];
};

/** A trace as a tree, or several trees if roots are missing. `start` is nanoseconds since 1970. */
export type Tree = {
  roots: Node[];
  nodes: Node[];
  byId: Map<string, Node>;
  start: bigint;
  duration: number;
  services: string[];
};

/** Put the spans of a trace in their places. Whatever was sent, each span is in the tree once. */
export function buildTree({
  spans,
  logs,
  followers = [],
}: Pick<Trace, "spans" | "logs"> & Partial<Pick<Trace, "followers">>): Tree {
  const starts = spans.map(({ start }) => nanoseconds(start));
  // biome-ignore lint/complexity/useMathMinMax: Math.min takes no bigint
  const first = starts.reduce((least, each) => (each < least ? each : least), starts[0] ?? 0n);
  const nodes = spans.map((span, key): Node => {
    const start = Number((starts[key] ?? first) - first);
    return {
      key,
      span,
      start,
      end: start + span.duration_ns,
      depth: 0,
      parent: undefined,
      children: [],
      below: 0,
      self: 0,
      isOrphan: false,
      logs: [],
      followers: [],
    };
  });
  const byId = new Map<string, Node>();
  for (const node of nodes) if (!byId.has(node.span.span_id)) byId.set(node.span.span_id, node);
  for (const node of nodes) {
    const { span_id, parent_span_id } = node.span;
    // Zipkin's clients give both sides of a call one id: the second is below the first.
    const twin = byId.get(span_id);
    const parent = twin !== node && twin?.span.parent_span_id === parent_span_id ? twin : byId.get(parent_span_id);
    node.isOrphan = parent_span_id !== "" && !parent;
    if (parent && parent !== node && !leadsTo(parent, node)) {
      node.parent = parent;
      parent.children.push(node);
    }
  }
  for (const log of logs) byId.get(log.span_id)?.logs.push(log);
  for (const follower of followers) byId.get(follower.to_span_id)?.followers.push(follower);
  const roots = nodes.filter(({ parent }) => !parent);
  finish(roots);
  return {
    roots,
    nodes,
    byId,
    start: first,
    duration: nodes.reduce((most, { end }) => Math.max(most, end), 0),
    services: [...new Set(spans.map(({ service }) => service))].sort(),
  };
}

/** Whether going up from `from` one comes to `node`: then to put `node` below it would make a circle. */
function leadsTo(from: Node, node: Node): boolean {
  for (let at: Node | undefined = from; at; at = at.parent) if (at === node) return true;
  return false;
}

function finish(roots: Node[]): void {
  const order: Node[] = [];
  const open = [...roots];
  while (open.length) {
    const node = open.pop() as Node;
    order.push(node);
    node.children.sort((one, other) => one.start - other.start || one.key - other.key);
    for (const child of node.children) {
      child.depth = node.depth + 1;
      open.push(child);
    }
  }
  for (const node of order.reverse()) {
    node.below = node.children.reduce((sum, child) => sum + 1 + child.below, 0);
    node.self = selfTime(node);
  }
}

function selfTime({ start, end, children }: Node): number {
  let covered = 0;
  let until = start;
  for (const child of children) {
    const from = Math.max(child.start, until);
    const to = Math.min(child.end, end);
    if (to > from) {
      covered += to - from;
      until = to;
    }
  }
  return end - start - covered;
}

/** The nodes in the order of rows, without those below a collapsed one. */
export function listRows({ roots }: Tree, collapsed: ReadonlySet<number>): Node[] {
  const rows: Node[] = [];
  const open = [...roots].reverse();
  while (open.length) {
    const node = open.pop() as Node;
    rows.push(node);
    if (!collapsed.has(node.key))
      for (let place = node.children.length - 1; place >= 0; place--) open.push(node.children[place] as Node);
  }
  return rows;
}

export type Segment = [from: number, to: number];

/**
 * The critical path: for each node on it the times in which the trace waited for just that one. Going back from the end of a
 * root, time belongs to the child that ended last before, and to the node itself where no child ran.
 */
export function criticalPath({ roots }: Tree): Map<Node, Segment[]> {
  const path = new Map<Node, Segment[]>();
  const main = roots.reduce<Node | undefined>(
    (most, root) => (most && most.end - most.start >= root.end - root.start ? most : root),
    undefined,
  );
  const open: { node: Node; until: number }[] = main ? [{ node: main, until: main.end }] : [];
  const add = (node: Node, from: number, to: number) => {
    if (to <= from) return;
    const segments = path.get(node);
    if (segments) segments.push([from, to]);
    else path.set(node, [[from, to]]);
  };
  while (open.length) {
    const { node, until } = open.pop() as { node: Node; until: number };
    let cursor = until;
    for (const child of [...node.children].sort((one, other) => other.end - one.end)) {
      const end = Math.min(child.end, cursor);
      if (child.start >= cursor || end <= node.start) continue;
      add(node, end, cursor);
      open.push({ node: child, until: end });
      cursor = Math.max(child.start, node.start);
    }
    add(node, node.start, cursor);
  }
  return path;
}

/** How much of the critical path belongs to what, the most first. */
export function shareOf(path: Map<Node, Segment[]>, name: (node: Node) => string): { name: string; time: number }[] {
  const times = new Map<string, number>();
  for (const [node, segments] of path) {
    const time = segments.reduce((sum, [from, to]) => sum + to - from, 0);
    times.set(name(node), (times.get(name(node)) ?? 0) + time);
  }
  return [...times].map(([name, time]) => ({ name, time })).sort((one, other) => other.time - one.time);
}

/** Whether a text is in the name, service, ids or an attribute of a span, in any case. */
export function matches({ span }: Node, text: string): boolean {
  const wanted = text.toLowerCase();
  const has = (value: unknown) => String(value).toLowerCase().includes(wanted);
  if ([span.name, span.service, span.span_id, span.status_message].some(has)) return true;
  return Object.entries(span.attributes).some(
    ([key, { value }]) => has(key) || has(typeof value === "object" ? JSON.stringify(value) : value),
  );
}

/** All spans that are called alike on the way down from the root, added up. */
export type Group = {
  path: string;
  service: string;
  name: string;
  count: number;
  errors: number;
  total: number;
  self: number;
  children: Group[];
  first: Node;
};

// What is deeper is in no picture that anybody could read.
const DEEPEST = 200;

/** Add up spans of one service and name that have the same such ancestors. */
export function groupByPath({ roots }: Tree): Group[] {
  return addUp(roots, "", 0);
}

function addUp(nodes: Node[], above: string, depth: number): Group[] {
  const groups = new Map<string, { group: Group; below: Node[] }>();
  const found: { group: Group; below: Node[] }[] = [];
  for (const node of nodes) {
    const { service, name, status } = node.span;
    const path = `${above}/${service} ${name}`;
    let known = groups.get(path);
    if (!known) {
      known = {
        group: { path, service, name, count: 0, errors: 0, total: 0, self: 0, children: [], first: node },
        below: [],
      };
      groups.set(path, known);
      found.push(known);
    }
    known.group.count += 1;
    known.group.errors += status === "error" ? 1 : 0;
    known.group.total += node.end - node.start;
    known.group.self += node.self;
    known.below.push(...node.children);
  }
  for (const { group, below } of found)
    group.children = below.length && depth < DEEPEST ? addUp(below, group.path, depth + 1) : [];
  return found.map(({ group }) => group).sort((one, other) => other.total - one.total);
}

/** The groups and all those below them, from the top. */
export function flattenGroups(groups: Group[]): Group[] {
  return groups.flatMap((group) => [group, ...flattenGroups(group.children)]);
}
