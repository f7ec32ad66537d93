const COUNT = 10;

/** The colour of a service: the same on every page and every time. */
export function serviceColour(name: string): string {
  let hash = 0;
  for (const letter of name) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return seriesColour(hash);
}

/** The colour of the series at a place in a chart. */
export function seriesColour(place: number): string {
  return `var(--series-${(place % COUNT) + 1})`;
}
