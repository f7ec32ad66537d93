import { METRICS, type MetricName } from "./metrics";

/** What the page is about, as its URL has it; what is left out is as the server says. */
export type DeliverySearch = {
  window?: number;
  environment?: string;
  service?: string;
  team?: string;
  edition?: string;
  metric?: MetricName;
  by?: "team";
};

export const WINDOWS = [7, 30, 90, 365] as const;
export const DEFAULT_WINDOW = 30;

/** Read what the page is about out of a URL, and leave out what makes no sense. */
export function readDeliverySearch(given: Record<string, unknown>): DeliverySearch {
  const text = (name: string) => (typeof given[name] === "string" && given[name] !== "" ? given[name] : undefined);
  const metric = METRICS.find(({ name }) => name === given.metric && name !== METRICS[0]?.name)?.name;
  const window = WINDOWS.find((days) => days === Number(given.window) && days !== DEFAULT_WINDOW);
  // An edition is a year, which a URL may have as a number.
  const edition = given.edition === undefined ? undefined : String(given.edition);
  return defined({
    window,
    environment: text("environment"),
    service: text("service"),
    team: text("team"),
    edition,
    metric,
    by: given.by === "team" ? given.by : undefined,
  });
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Leave out what is undefined. */
function defined<T extends object>(given: T): Defined<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Defined<T>;
}
