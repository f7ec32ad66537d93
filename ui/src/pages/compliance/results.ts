import type { Answer } from "@/api/client";
import type { Tone } from "@/parts/Badge";

export type Assessment = Answer<"/api/v1/compliance/assessments/{id}">;
export type Control = Assessment["controls"][number];
export type Outcome = Assessment["outcomes"][number];

/** What a control or a check came to, the worst first: its words, its colour, and what that means. */
export const RESULTS: Record<string, { words: string; tone: Tone; colour: string; means: string }> = {
  broken: {
    words: "check broken",
    tone: "bad",
    colour: "light-dark(#8f1f18, #b8463d)",
    means: "The statement of a check failed; this is no pass.",
  },
  failed: {
    words: "failed",
    tone: "bad",
    colour: "light-dark(#cf4a40, #e0695f)",
    means: "Something is wrong.",
  },
  no_data: {
    words: "no data",
    tone: "warn",
    colour: "light-dark(#d9992b, #d09a3d)",
    means: "There was nothing to look at; this is no pass.",
  },
  waived: {
    words: "waived",
    tone: "accent",
    colour: "light-dark(#7d8fd9, #6d80d0)",
    means: "Something is wrong, and somebody answers for all of it; it does not count.",
  },
  passed: {
    words: "passed",
    tone: "good",
    colour: "light-dark(#3f9e6b, #3f9468)",
    means: "Something was looked at, and nothing is wrong.",
  },
  not_assessed: {
    words: "not assessed",
    tone: "plain",
    colour: "var(--line-strong)",
    means: "No check and no service says anything about it: a person has to.",
  },
};

const ORDER = Object.keys(RESULTS);

/** The place of a result among all, the worst first. */
export function rank(result: string): number {
  return ORDER.indexOf(result);
}

/** How many controls came to what, the worst first; results that are of none are left out. */
export function countResults(controls: { result: string }[]): [string, number][] {
  return ORDER.map((result): [string, number] => [
    result,
    controls.filter((control) => control.result === result).length,
  ]).filter(([, count]) => count > 0);
}

/** A score as the reports have it: rounded down, so that 100 % is all of it. */
export function formatScore(score: number | null | undefined): string {
  return score == null ? "–" : `${Math.floor(score)} %`;
}

/** A control as it is for everybody or for one service: what it came to, and how much was looked at and found. */
export type Row = {
  control: Control;
  result: string;
  outcomes: Outcome[];
  lookedAt: number;
  found: number;
  waived: number;
};

/** What each control of an assessment came to; with a service only those of which a check looked at something of it. */
export function makeRows(assessment: Assessment, service?: string): Row[] {
  const byCheck = new Map(assessment.outcomes.map((outcome) => [outcome.check, outcome]));
  return assessment.controls.flatMap((control) => {
    const all = control.checks.flatMap((check) => byCheck.get(check) ?? []);
    const outcomes = service === undefined ? all : all.flatMap((outcome) => narrow(outcome, service) ?? []);
    if (service !== undefined && outcomes.length === 0) return [];
    const result = service === undefined ? control.result : worst(outcomes);
    const add = (key: "looked_at" | "found" | "waived") => outcomes.reduce((sum, each) => sum + each[key], 0);
    return [{ control, result, outcomes, lookedAt: add("looked_at"), found: add("found"), waived: add("waived") }];
  });
}

/** What a check came to for one service; undefined if it looked at nothing of it. */
function narrow(outcome: Outcome, service: string): Outcome | undefined {
  const share = outcome.services.find((each) => each.service === service);
  if (!share) return undefined;
  const { looked_at, found, waived } = share;
  const sample = outcome.sample.filter((finding) => finding.service === service);
  return { ...outcome, looked_at, found, waived, sample, result: found ? "failed" : waived ? "waived" : "passed" };
}

function worst(outcomes: Outcome[]): string {
  return ORDER.find((result) => outcomes.some((outcome) => outcome.result === result)) ?? "not_assessed";
}

/** A check that failed or is broken, and the controls for which it speaks. */
export type Step = { outcome: Outcome; controls: string[] };

/** The checks that keep controls from passing because something is wrong: first those that most controls need. */
export function gatherSteps(rows: Row[]): Step[] {
  const steps = new Map<string, Step>();
  for (const { control, outcomes } of rows)
    for (const outcome of outcomes.filter(({ result }) => result === "failed" || result === "broken")) {
      const step = steps.get(outcome.check) ?? { outcome, controls: [] };
      step.controls.push(control.control);
      steps.set(outcome.check, step);
    }
  return [...steps.values()].sort(
    (one, other) => other.controls.length - one.controls.length || other.outcome.found - one.outcome.found,
  );
}
