import { formatBytes, formatCount, formatDuration, formatRate } from "@/format";

/** How the values of a metric are written, and their unit in words where the values do not say it. */
export type Measure = { format: (value: number | null | undefined) => string; unit: string };

/** Times in nanoseconds and sizes in bytes, by their UCUM names. */
const TIMES: Record<string, number> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, min: 6e10, h: 3.6e12, d: 8.64e13 };
const SIZES: Record<string, number> = {
  By: 1,
  kBy: 1e3,
  MBy: 1e6,
  GBy: 1e9,
  KiBy: 2 ** 10,
  MiBy: 2 ** 20,
  GiBy: 2 ** 30,
  bit: 1 / 8,
};
const NONE = "–";

/** How the values are written that an aggregation makes of a metric with a unit (UCUM, as OpenTelemetry says). */
export function measure(unit: string, kind: string, aggregation: string): Measure {
  const hasValues = kind !== "gauge" && kind !== "sum";
  if (aggregation === "count") return { format: formatCount, unit: hasValues ? "values" : "points" };
  if (aggregation !== "rate") return measureUnit(unit);
  if (hasValues) return { format: formatRate, unit: "values per second" };
  const plain = isPlain(unit);
  if (plain) return { format: formatRate, unit: plain === "1" ? "" : `${plain} per second` };
  const { format } = measureUnit(unit);
  return { format: (value) => (value == null || Number.isNaN(value) ? NONE : `${format(value)}/s`), unit: "" };
}

/** Whether a unit is none, or only says in braces what is counted: that, or 1. */
function isPlain(unit: string): string | undefined {
  if (unit === "" || unit === "1") return "1";
  return /^\{([^{}]*)\}$/.exec(unit)?.[1];
}

function measureUnit(unit: string): Measure {
  const time = TIMES[unit];
  if (time) return { format: signed((value) => formatDuration(value * time)), unit: "" };
  const size = SIZES[unit];
  if (size) return { format: signed((value) => formatBytes(value * size)), unit: "" };
  const plain = isPlain(unit);
  if (plain) return { format: signed(formatNumber), unit: plain === "1" ? "" : plain };
  return { format: signed((value) => `${formatNumber(value)} ${unit}`), unit: "" };
}

function signed(format: (value: number) => string): Measure["format"] {
  return (value) => {
    if (value == null || Number.isNaN(value)) return NONE;
    if (value === 0) return format(0).replace(/^0 (ms|B)$/, "0");
    return value < 0 ? `−${format(-value)}` : format(value);
  };
}

function formatNumber(value: number): string {
  return value >= 10_000 ? formatCount(value) : value.toLocaleString("en", { maximumSignificantDigits: 4 });
}
