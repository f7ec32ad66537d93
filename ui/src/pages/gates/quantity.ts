import { formatBytes, formatCount, formatDuration, formatRate, formatShare } from "@/format";

/** How values of a gate are shown, by what they are: each comes in one unit. */
export function formatQuantity(dimension: string | undefined): (value: number) => string {
  if (dimension === "share") return formatShare;
  if (dimension === "time") return (seconds) => formatDuration(seconds * 1e9);
  if (dimension === "rate") return formatRate;
  if (dimension === "size") return formatBytes;
  return formatCount;
}
