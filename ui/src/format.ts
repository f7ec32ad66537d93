/** Numbers with their units, as short as they stay exact enough to compare. */

const NONE = "–";

function digits(value: number): number {
  const size = Math.abs(value);
  return size >= 100 ? 0 : size >= 10 ? 1 : 2;
}

function rounded(value: number, most = digits(value)): string {
  return value.toLocaleString("en", { maximumFractionDigits: most });
}

/** A count: whole up to 9,999, then 12.3 k, 4.5 M. */
export function formatCount(value: number | null | undefined): string {
  if (value == null || Number.isNaN(value)) return NONE;
  const size = Math.abs(value);
  if (size < 10_000) return rounded(value, size < 10 && !Number.isInteger(value) ? 1 : 0);
  if (size < 1_000_000) return `${rounded(value / 1_000)} k`;
  if (size < 1_000_000_000) return `${rounded(value / 1_000_000)} M`;
  return `${rounded(value / 1_000_000_000)} G`;
}

/** Something per second; what is slower than once a second is given per minute. */
export function formatRate(perSecond: number | null | undefined): string {
  if (perSecond == null || Number.isNaN(perSecond)) return NONE;
  if (perSecond === 0) return "0 /s";
  if (perSecond < 1) return `${rounded(perSecond * 60)} /min`;
  return `${perSecond >= 10_000 ? formatCount(perSecond) : rounded(perSecond)} /s`;
}

/** A share of 1 as per cent; what is tiny but not zero says so. */
export function formatShare(share: number | null | undefined): string {
  if (share == null || Number.isNaN(share)) return NONE;
  if (share > 0 && share < 0.0001) return "< 0.01 %";
  if (share < 1 && share > 0.999) return "> 99.9 %";
  return `${rounded(share * 100, share >= 0.1 ? 1 : 2)} %`;
}

const STEPS: [number, string][] = [
  [1, "ns"],
  [1e3, "µs"],
  [1e6, "ms"],
  [1e9, "s"],
];

/** A duration in nanoseconds: 830 ns, 12.3 ms, 4.2 s, 3 min 20 s, 5 h 12 min, 3 d 4 h. */
export function formatDuration(nanoseconds: number | null | undefined): string {
  if (nanoseconds == null || Number.isNaN(nanoseconds)) return NONE;
  if (nanoseconds < 0) return `−${formatDuration(-nanoseconds)}`;
  if (nanoseconds === 0) return "0 ms";
  const seconds = nanoseconds / 1e9;
  if (seconds >= 60) return formatLong(seconds);
  const [size, unit] = STEPS.findLast(([step]) => nanoseconds >= step * 0.9995) ?? [1, "ns"];
  return `${rounded(nanoseconds / size)} ${unit}`;
}

function formatLong(seconds: number): string {
  const units: [number, string][] = [
    [86_400, "d"],
    [3_600, "h"],
    [60, "min"],
    [1, "s"],
  ];
  const whole = Math.round(seconds);
  const first = units.findIndex(([size]) => whole >= size);
  const [big, unit] = units[first] ?? [1, "s"];
  const [small, rest] = units[first + 1] ?? [1, "s"];
  const remainder = Math.floor((whole % big) / small);
  return remainder && unit !== rest
    ? `${Math.floor(whole / big)} ${unit} ${remainder} ${rest}`
    : `${Math.floor(whole / big)} ${unit}`;
}

/** A size in bytes: 512 B, 12.3 KiB, 4.5 GiB. */
export function formatBytes(bytes: number | null | undefined): string {
  if (bytes == null || Number.isNaN(bytes)) return NONE;
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${rounded(bytes / 1024 ** power, power ? undefined : 0)} ${units[power]}`;
}
