import { keepPreviousData, type UseQueryResult, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { paths } from "./schema";

/** The paths of the API that answer questions. */
export type Path = { [P in keyof paths]: paths[P] extends { get: { responses: unknown } } ? P : never }[keyof paths];
type Get<P extends Path> = paths[P] extends { get: infer G } ? G : never;

/** What is asked at a path: the parts of the path and the parameters. */
export type Parameters<P extends Path> =
  Get<P> extends { parameters: infer Asked }
    ? (Asked extends { path: infer Places } ? { path: Places } : { path?: undefined }) &
        (Asked extends { query?: infer Query } ? { query?: Query } : { query?: undefined })
    : never;

/** What is answered at a path. */
export type Answer<P extends Path> =
  Get<P> extends { responses: { 200: { content: { "application/json": infer A } } } } ? A : never;

/** An error as the API tells it, or that the server cannot be reached at all. */
export class AskError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly hint: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** Write a question as the URL it is asked at, from the root; parameters that are undefined or empty are left out, but not an empty one of several. */
export function questionUrl<P extends Path>(path: P, parameters: Parameters<P>): string {
  const places = (parameters.path ?? {}) as Record<string, string>;
  const place = path.replace(/\{(\w+)(:path)?\}/g, (_, name: string) => encodeURIComponent(places[name] ?? ""));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries((parameters.query ?? {}) as Record<string, unknown>)) {
    if (value === "") continue;
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null) query.append(name, String(each));
    }
  }
  const text = query.toString();
  return text ? `${place}?${text}` : place;
}

/** Ask at a URL of this server and return its JSON. Throws an AskError. */
export async function fetchJson<A>(url: string, init?: RequestInit): Promise<A> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new AskError("unreachable", "The server does not answer", "is `assay serve` running?", 0);
  }
  if (response.ok) return (await response.json()) as A;
  const told = await response.json().catch(() => undefined);
  const { code = "unknown", message = `The server answered ${response.status}`, hint = "" } = told?.error ?? {};
  throw new AskError(code, message, hint, response.status);
}

export type Asked<A> = UseQueryResult<A, AskError> & {
  /** The URL that was asked: what ShowSql explains. */
  question: string;
};

/** How a question is repeated and whether it is asked at all. */
export type Asking = { enabled?: boolean; refetchInterval?: number | false; staleTime?: number };

/** Ask a question and keep its answer; while its parameters change the answer before stays visible. */
export function useAsk<P extends Path>(path: P, parameters: Parameters<P>, asking: Asking = {}): Asked<Answer<P>> {
  const question = questionUrl(path, parameters);
  const asked = useQuery<Answer<P>, AskError>({
    queryKey: [path, question],
    queryFn: ({ signal }) => fetchJson<Answer<P>>(question, { signal }),
    placeholderData: keepPreviousData,
    ...asking,
  });
  return { ...asked, question };
}

/** The paths that answer in pages, each with the cursor of the next. */
export type PagedPath = { [P in Path]: Answer<P> extends { next_cursor: string | null } ? P : never }[Path];

/** Ask a question that is answered in pages: `data` has those that were asked for, `more` asks for the next if there is one. */
export function usePages<P extends PagedPath>(
  path: P,
  parameters: Parameters<P>,
  { refetchInterval, ...asking }: Asking = {},
) {
  const question = questionUrl(path, parameters);
  const asked = useInfiniteQuery({
    queryKey: [path, "pages", question],
    queryFn: ({ signal, pageParam }) => {
      const cursor = pageParam ? `${question.includes("?") ? "&" : "?"}cursor=${encodeURIComponent(pageParam)}` : "";
      return fetchJson<Answer<P>>(`${question}${cursor}`, { signal });
    },
    initialPageParam: "",
    getNextPageParam: (last) => (last as { next_cursor: string | null }).next_cursor,
    placeholderData: keepPreviousData,
    // Who has gone on to older pages reads; a list that moves on would disturb that.
    refetchInterval: (query) => (query.state.data?.pages.length === 1 && refetchInterval ? refetchInterval : false),
    ...asking,
  });
  const { data, error, isPending, isFetchingNextPage, isPlaceholderData } = asked;
  // While the answer before stays visible, what it says of its next page holds too.
  const last = data?.pages.at(-1) as { next_cursor: string | null } | undefined;
  return {
    data: data?.pages,
    error: error as AskError | null,
    isPending,
    isPlaceholderData,
    isFetchingNextPage,
    more: last?.next_cursor ? () => void asked.fetchNextPage() : undefined,
    refetch: asked.refetch,
    question,
  };
}
