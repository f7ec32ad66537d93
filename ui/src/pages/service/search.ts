/** What requests of a service are compared with, as the URL has it: nothing if `against` is left out. */
export type ServiceSearch = { against?: string; version?: string; environment?: string; operation?: string };

const KEYS = ["against", "version", "environment", "operation"] as const;

/** Read what is compared out of a URL; a version may look like a number. */
export function readServiceSearch(given: Record<string, unknown>): ServiceSearch {
  const search: ServiceSearch = {};
  for (const key of KEYS) {
    const value = given[key];
    if ((typeof value === "string" && value) || typeof value === "number") search[key] = String(value);
  }
  return search.against ? search : {};
}
