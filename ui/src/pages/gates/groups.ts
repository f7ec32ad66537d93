import type { GateSummary } from "@/api/types";

/** What one gate said of one service in one environment, the newest first. */
export type Group = {
  gate: string;
  service: string;
  environment: string;
  evaluations: GateSummary[];
  last: GateSummary;
};

const ORDER = ["failed", "warning", "passed"];

/** Group evaluations, given the newest first, by what they are of: those that failed last come first. */
export function groupEvaluations(evaluations: GateSummary[]): Group[] {
  const groups = new Map<string, Group>();
  for (const each of evaluations) {
    const { gate, service, environment } = each;
    const key = JSON.stringify([gate, service, environment]);
    const group = groups.get(key);
    if (group) group.evaluations.push(each);
    else groups.set(key, { gate, service, environment, evaluations: [each], last: each });
  }
  return [...groups.values()].sort((one, other) => ORDER.indexOf(one.last.result) - ORDER.indexOf(other.last.result));
}
