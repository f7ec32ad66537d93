/** What the page of a framework shows, as its URL has it; what is left out is the newest assessment, all services, and so on. */
export type FrameworkSearch = {
  assessment?: string;
  /** The control that is open. */
  control?: string;
  /** A result, or `all`; those that are assessed if left out. */
  result?: string;
  service?: string;
  find?: string;
};

const KEYS = ["assessment", "control", "result", "service", "find"] as const;

/** Read what the page shows out of a URL, and leave out what makes no sense. An id of a control may look like a number. */
export function readFrameworkSearch(given: Record<string, unknown>): FrameworkSearch {
  const search: FrameworkSearch = {};
  for (const key of KEYS) {
    const value = given[key];
    if ((typeof value === "string" && value) || typeof value === "number") search[key] = String(value);
  }
  return search;
}
