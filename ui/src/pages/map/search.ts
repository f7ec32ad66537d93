/** What the map shows, as it is in the URL; what is left out shows all of it. */
export type MapSearch = {
  /** As a diagram or as a table; left out it is what fits the width of the window. */
  view?: "map" | "table";
  environment?: string;
  /** Name of what the part of the map is around, and how many calls away from it that part reaches. */
  around?: string;
  reach?: Reach;
  /** What is chosen, by its key; with `callee` the calls of the one to the other. */
  node?: string;
  callee?: string;
};

export type Reach = 2 | 3;

/** Read what the map shows out of a URL, and leave out what makes no sense. */
export function parseMapSearch(found: Record<string, unknown>): MapSearch {
  const { view, environment, around, reach, node, callee } = found;
  return {
    ...(view === "map" || view === "table" ? { view } : {}),
    ...(isText(environment) ? { environment } : {}),
    ...(isText(around) ? { around, ...(reach === 2 || reach === 3 ? { reach } : {}) } : {}),
    ...(isText(node) ? { node, ...(isText(callee) ? { callee } : {}) } : {}),
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
