import type { Answer } from "@/api/client";
import { formatCount, formatDuration, formatShare } from "@/format";

export type Step = Answer<"/api/v1/dora/course">["steps"][number];
export type Lists = "deployments" | "failed" | "rework" | "changes" | "incidents";
export type MetricName =
  | "deployments_per_day"
  | "change_lead_time"
  | "change_failure_rate"
  | "failed_deployment_recovery_time"
  | "incident_duration"
  | "rework_rate";

export type Metric = {
  name: MetricName;
  title: string;
  short: string;
  /** What one value of it is. */
  about: string;
  format: (value: number | null | undefined) => string;
  /** The metric that the bands and the interval are of, if it is not this one, and what their limits compare. */
  judgedBy?: string;
  scale?: string;
  formatJudged?: (value: number) => string;
  /** The value of a step of the course. */
  step: (step: Step) => number | null;
  /** Whether it is a time in seconds. */
  isTime?: true;
  /** What is behind the number. */
  list: Lists;
};

function formatSeconds(seconds: number | null | undefined): string {
  return formatDuration(seconds == null ? seconds : seconds * 1e9);
}

function share(part: number, whole: number): number | null {
  return whole ? part / whole : null;
}

export const METRICS: readonly Metric[] = [
  {
    name: "deployments_per_day",
    title: "Deployment frequency",
    short: "Frequency",
    about: "Deployments that succeeded, by day",
    format: (value) => (value == null ? formatCount(value) : `${formatPerDay(value)} / day`),
    judgedBy: "deployment_days_per_week",
    scale: "days_per_week",
    formatJudged: (value) => `${formatCount(value)} ${value === 1 ? "day" : "days"} a week`,
    step: ({ succeeded }) => succeeded,
    list: "deployments",
  },
  {
    name: "change_lead_time",
    title: "Lead time of changes",
    short: "Lead time",
    about: "Median time from the start of work on a commit to the end of the deployment that brought it",
    format: formatSeconds,
    step: ({ lead_seconds }) => lead_seconds,
    isTime: true,
    list: "changes",
  },
  {
    name: "change_failure_rate",
    title: "Change failure rate",
    short: "Failure rate",
    about: "Deployments that failed, by all that ended",
    format: formatShare,
    step: ({ failed, deployments }) => share(failed, deployments),
    list: "failed",
  },
  {
    name: "failed_deployment_recovery_time",
    title: "Failed deployment recovery",
    short: "Recovery",
    about: "Median time from the end of a failed deployment to recovery",
    format: formatSeconds,
    step: ({ recovery_seconds }) => recovery_seconds,
    isTime: true,
    list: "failed",
  },
  {
    name: "incident_duration",
    title: "Incident duration",
    short: "Incident duration",
    about: "Median time from the opening of an incident of any cause to its resolution",
    format: formatSeconds,
    step: ({ incident_seconds }) => incident_seconds,
    isTime: true,
    list: "incidents",
  },
  {
    name: "rework_rate",
    title: "Rework rate",
    short: "Rework rate",
    about: "Deployments that repair what an earlier one broke, by all that ended",
    format: formatShare,
    step: ({ rework, deployments }) => share(rework, deployments),
    list: "rework",
  },
];

/** A number of deployments by day: small ones keep a digit that differs. */
function formatPerDay(value: number): string {
  return value >= 10 ? formatCount(value) : value.toLocaleString("en", { maximumFractionDigits: value < 1 ? 2 : 1 });
}

export const METHODS: Record<string, string> = {
  status: "it reported failure",
  link: "an incident names it",
  rollback: "it was rolled back",
  revert: "it was reverted",
  hotfix: "a hotfix followed",
  window: "an incident followed soon",
};

/** Say what is counted beside a number, such as what is missing from it. */
export function explainCounts(metric: MetricName, n: number, counts: Record<string, number>): string[] {
  const said: string[] = [];
  const add = (name: string, say: (count: string) => string) => {
    const count = counts[name];
    if (count) said.push(say(formatCount(count)));
  };
  const of = formatCount(n);
  add("failed", (count) => `${count} of ${of} failed`);
  for (const [method, words] of Object.entries(METHODS)) add(`failed_by_${method}`, (count) => `${words} (${count})`);
  add("rework", (count) => `${count} of ${of} are rework`);
  add("unrecovered", (count) => `${count} not recovered yet`);
  add("opened", (count) => `${count} opened`);
  add("open", (count) => `${count} still open`);
  add("unknown", (count) => `${count} without a known beginning`);
  add("inferred", (count) => `${count} concluded from other telemetry`);
  add("skewed", (count) => `${count} left out because clocks disagree`);
  const counted =
    metric === "change_lead_time" ? "commits" : metric === "incident_duration" ? "resolved" : "deployments";
  return said.length && "failed" in counts ? said : [`${of} ${counted}`, ...said];
}
