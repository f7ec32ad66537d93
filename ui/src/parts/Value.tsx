import type { Described } from "@/api/types";

/** A value of an attribute or body as text: texts as they are, what is nested as JSON. */
export function formatValue({ value }: Described): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
