import type { GateSummary } from "@/api/types";

/** What the gates of a service say: the worst of the last words of each, and these in words. */
export type GateState = { result: string; said: string };

const WORST_FIRST = ["failed", "warning", "passed"];

/** The state of each service, from evaluations of which the newest come first. */
export function gateStates(evaluations: GateSummary[]): Map<string, GateState> {
  const last = new Map<string, GateSummary>();
  for (const each of evaluations) {
    const key = JSON.stringify([each.service, each.gate, each.environment]);
    if (!last.has(key)) last.set(key, each);
  }
  const states = new Map<string, GateState>();
  for (const { service, gate, environment, result } of last.values()) {
    const said = `${gate}${environment && ` in ${environment}`}: ${result}`;
    const known = states.get(service);
    const results = known ? [known.result, result] : [result];
    const worst = WORST_FIRST.find((each) => results.includes(each)) ?? result;
    states.set(service, { result: worst, said: known ? `${known.said}, ${said}` : said });
  }
  return states;
}
