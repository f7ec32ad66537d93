import type { AskedNode, Edge } from "@/api/types";
import { formatDuration, formatRate, formatShare } from "@/format";

/** What calls or is called, by what it is. */
export type End = { name: string; kind: string };

/** What stands for a node in the URL: its kind and its name. */
export function keyOf({ kind, name }: End): string {
  return `${kind}:${name}`;
}

/** What stands for an edge. */
export function edgeKey({ caller, callee }: { caller: End; callee: End }): string {
  return JSON.stringify([keyOf(caller), keyOf(callee)]);
}

export type Health = "none" | "few" | "some" | "many";

const SOME = 0.01;
const MANY = 0.05;

/** How many of the calls fail: none, fewer than one in a hundred, fewer than one in twenty, or more. */
export function healthOf({ calls, errors }: { calls: number; errors: number }): Health {
  if (!errors || !calls) return "none";
  const share = errors / calls;
  return share >= MANY ? "many" : share >= SOME ? "some" : "few";
}

export const HEALTH: Record<Health, string> = {
  none: "no errors",
  few: "few errors",
  some: "some errors",
  many: "many errors",
};

/** What is written on an edge: how often and how fast, and below it how often it fails, if it does. */
export function edgeWords(edge: Edge, seconds: number): string[] {
  const { calls, errors, percentiles_ns } = edge;
  const first = `${formatRate(calls / seconds)} · ${formatDuration(percentiles_ns.p95)}`;
  return errors ? [first, `${formatShare(errors / calls)} errors`] : [first];
}

/** An edge as it is read aloud. */
export function edgeSentence(edge: Edge, seconds: number): string {
  const { caller, callee, calls, errors, percentiles_ns } = edge;
  const failing = errors ? `${formatShare(errors / calls)} errors` : "no errors";
  return `${caller.name} calls ${callee.name}: ${formatRate(calls / seconds)}, ${failing}, p95 ${formatDuration(percentiles_ns.p95)}`;
}

/**
 * The part of the calls that leads to what goes by a name, and that which leads on from there, `reach` calls far. Who merely
 * shares a callee with it is not of it.
 */
export function neighbourhood(edges: Edge[], around: string, reach: number): Edge[] {
  const kept = new Set<Edge>();
  const walk = (from: (edge: Edge) => End, to: (edge: Edge) => End) => {
    const starts = edges.flatMap(({ caller, callee }) => [caller, callee]).filter(({ name }) => name === around);
    let here = new Set(starts.map(keyOf));
    for (let step = 0; step < reach; step++) {
      const found = edges.filter((edge) => here.has(keyOf(from(edge))));
      for (const edge of found) kept.add(edge);
      here = new Set(found.map((edge) => keyOf(to(edge))));
    }
  };
  walk(
    ({ caller }) => caller,
    ({ callee }) => callee,
  );
  walk(
    ({ callee }) => callee,
    ({ caller }) => caller,
  );
  return edges.filter((edge) => kept.has(edge));
}

/** The first of the edges, the most frequent calls, that connect no more than `most` nodes. */
export function busiest(edges: Edge[], most: number): Edge[] {
  const seen = new Set<string>();
  return edges.filter(({ caller, callee }) => {
    const added = [keyOf(caller), keyOf(callee)].filter((key) => !seen.has(key));
    if (seen.size + added.length > most) return false;
    for (const key of added) seen.add(key);
    return true;
  });
}

/** The nodes that edges connect. */
export function connected(nodes: AskedNode[], edges: Edge[]): AskedNode[] {
  const keys = new Set(edges.flatMap(({ caller, callee }) => [keyOf(caller), keyOf(callee)]));
  return nodes.filter((node) => keys.has(keyOf(node)));
}

/** The condition that a span is of an environment, if there is one. */
export function within(environment: string | undefined): { attribute?: string[] } {
  return environment ? { attribute: [`deployment.environment.name=${environment}`] } : {};
}

/** Where the traces of the calls of an edge are found: the condition that one span of each meets. */
export function tracesOf({ caller, callee }: Edge): { service: string; caller?: string; peer?: string } {
  if (caller.kind !== "service") return { service: callee.name, peer: caller.name };
  if (callee.kind !== "service") return { service: caller.name, peer: callee.name };
  return { service: callee.name, caller: caller.name };
}
