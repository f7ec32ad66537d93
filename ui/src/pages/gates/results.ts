import type { Tone } from "@/parts/Badge";

/** The colour of a result. */
export const TONES: Record<string, Tone> = { passed: "good", warning: "warn", failed: "bad" };

/** The colour of what a gate said; that nobody could tell is something of its own. */
export function gateTone({ result, decided = true }: { result: string; decided?: boolean }): Tone {
  return decided ? (TONES[result] ?? "plain") : "plain";
}

/** What a gate said in words. */
export function resultWords({ result, decided = true }: { result: string; decided?: boolean }): string {
  return decided ? result : "not decided";
}

const OUTCOMES: Record<string, string> = {
  no_data: "no data",
  too_few_requests: "too few requests",
  missing_baseline: "no baseline yet",
  zero_baseline: "baseline is zero",
  broken_query: "broken query",
  info: "only shown",
};

/** What an objective came to in words. */
export function outcomeWords(outcome: string): string {
  return OUTCOMES[outcome] ?? outcome.replaceAll("_", " ");
}

/** The colour of what an objective came to, by what the gate makes of it. */
export function outcomeTone({ outcome, counts_as }: { outcome: string; counts_as: string }): Tone {
  return outcome in OUTCOMES && counts_as !== "failed" ? "plain" : (TONES[counts_as] ?? "plain");
}
