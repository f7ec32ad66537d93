/** The severities from the gravest down, as charts stand them on each other, each with its colour. */
export const SEVERITY_COLOURS: [name: string, colour: string][] = [
  ["fatal", "var(--series-8)"],
  ["error", "var(--bad)"],
  ["warn", "var(--gold)"],
  ["info", "var(--series-1)"],
  ["debug", "var(--series-2)"],
  ["trace", "var(--series-10)"],
  ["unset", "var(--line-strong)"],
];
