import type { GateSummary } from "@/api/types";

/** What the gates of a service say: the worst of the last words of each, the gate and evaluation of that, and all in words. */
export type GateState = { result: string; said: string; gate: string; evaluation: string };

const WORST_FIRST = ["failed", "warning", "passed"];

function rank(result: string): number {
  return WORST_FIRST.includes(result) ? WORST_FIRST.indexOf(result) : WORST_FIRST.length;
}

/** The state of each service, from evaluations of which the newest come first. */
export function gateStates(evaluations: GateSummary[]): Map<string, GateState> {
  const last = new Map<string, GateSummary>();
  for (const each of evaluations) {
    const key = JSON.stringify([each.service, each.gate, each.environment]);
    if (!last.has(key)) last.set(key, each);
  }
  const states = new Map<string, GateState>();
  for (const { id, service, gate, environment, result } of last.values()) {
    const said = `${gate}${environment && ` in ${environment}`}: ${result}`;
    const known = states.get(service);
    const isWorse = !known || rank(result) < rank(known.result);
    const worst = isWorse ? { result, gate, evaluation: id } : known;
    states.set(service, { ...worst, said: known ? `${known.said}, ${said}` : said });
  }
  return states;
}
