/** Times of the API (RFC 3339 in UTC with nanoseconds) for people, and the time range that a page is about. */

/** The nanoseconds since 1970 of a time of the API, however many digits its second has. */
export function nanoseconds(time: string): bigint {
  const fraction = /\.(\d{1,9})/.exec(time)?.[1] ?? "";
  return BigInt(Date.parse(`${time.slice(0, 19)}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
}

/** The milliseconds since 1970 of a time of the API. */
export function milliseconds(time: string): number {
  return Number(nanoseconds(time) / 1_000_000n);
}

const DAY = new Intl.DateTimeFormat("en", { day: "numeric", month: "short" });
const YEAR = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric" });
const MINUTE = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const SECOND = new Intl.DateTimeFormat("en", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

/** A time in the local zone: the day is left out if it is today, the year if it is this one. */
export function formatTime(
  at: number,
  now: number,
  exact: "day" | "minute" | "second" | "millisecond" = "second",
): string {
  const date = new Date(at);
  const today = new Date(now);
  const day = (date.getFullYear() === today.getFullYear() ? DAY : YEAR).format(date);
  if (exact === "day") return day;
  const clock =
    exact === "minute"
      ? MINUTE.format(date)
      : `${SECOND.format(date)}${exact === "millisecond" ? `.${thousandths(at)}` : ""}`;
  return date.toDateString() === today.toDateString() ? clock : `${day}, ${clock}`;
}

function thousandths(at: number): string {
  return String(((at % 1000) + 1000) % 1000).padStart(3, "0");
}

/** How long ago: 12 s ago, 5 min ago, 3 h ago, 2 d ago. */
export function formatAgo(at: number, now: number): string {
  const seconds = Math.round((now - at) / 1000);
  if (seconds < 0) return "in the future";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
}

/** The time range of a page: `from` is a duration ago such as `1h`, or a time and then `to` is its end. */
export type Range = { from: string; to?: string | undefined };

export const DEFAULT_RANGE: Range = { from: "1h" };

export const PRESETS: [string, string][] = [
  ["15m", "15 minutes"],
  ["1h", "1 hour"],
  ["3h", "3 hours"],
  ["12h", "12 hours"],
  ["1d", "24 hours"],
  ["7d", "7 days"],
  ["30d", "30 days"],
];

const UNITS: Record<string, number> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5 };

function ago(text: string): number | undefined {
  const match = /^(\d{1,6})([smhd])$/.exec(text);
  return match ? Number(match[1]) * (UNITS[match[2] ?? "s"] ?? 1) : undefined;
}

/** Whether the range ends now and so moves on. */
export function isMoving(range: Range): boolean {
  return range.to === undefined;
}

/** Read a range out of a URL; what is none is taken as the default. */
export function parseRange(from: unknown, to: unknown): Range {
  if (typeof from !== "string") return DEFAULT_RANGE;
  if (ago(from) !== undefined) return { from };
  const isRange = typeof to === "string" && Date.parse(from) < Date.parse(to);
  return isRange ? { from, to } : DEFAULT_RANGE;
}

/** The range as the API's parameters. */
export function asParameters(range: Range): { start: string; end?: string } {
  return range.to === undefined ? { start: range.from } : { start: range.from, end: range.to };
}

/** First and last millisecond of a range. */
export function bounds(range: Range, now: number): [number, number] {
  if (range.to !== undefined) return [Date.parse(range.from), Date.parse(range.to)];
  return [now - (ago(range.from) ?? 36e5), now];
}

/** A range between two milliseconds, such as one that was drawn on a chart. */
export function rangeBetween(from: number, to: number): Range {
  return { from: new Date(from).toISOString(), to: new Date(Math.max(to, from + 1)).toISOString() };
}

/** Say a range in words. */
export function formatRange(range: Range, now: number): string {
  const preset = PRESETS.find(([from]) => from === range.from);
  if (range.to === undefined) return `Last ${preset ? preset[1] : range.from}`;
  const [from, to] = bounds(range, now);
  const sameDay = new Date(from).toDateString() === new Date(to).toDateString();
  const end = sameDay ? (to - from < 120_000 ? SECOND : MINUTE).format(to) : formatTime(to, now, "minute");
  return `${formatTime(from, now, to - from < 120_000 ? "second" : "minute")} – ${end}`;
}
