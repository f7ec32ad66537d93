import type { Described } from "@/api/types";

/** A value of an attribute or body as text: texts as they are, what is nested as JSON without its types. */
export function formatValue(described: Described): string {
  const plain = unwrap(described);
  return typeof plain === "string" ? plain : JSON.stringify(plain, null, described.type === "map" ? 2 : 0);
}

function unwrap({ type, value }: Described): unknown {
  if (type === "array") return (value as Described[]).map(unwrap);
  if (type === "map")
    return Object.fromEntries(
      Object.entries(value as Record<string, Described>).map(([key, each]) => [key, unwrap(each)]),
    );
  return value;
}
