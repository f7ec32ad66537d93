import { useEffect, useReducer, useRef } from "react";
import { type Answer, AskError, fetchJson, questionUrl } from "@/api/client";
import type { Range } from "@/time";
import { askLogs, type LogSearch } from "./search";
import { NO_TAIL, receive, release, type Tail } from "./tail";

const EVERY_MILLISECONDS = 2_000;
// What was received some time ago may have been stored only now.
const OVERLAP_SECONDS = 30;
const FIRST = 200;
const MOST_AT_ONCE = 1_000;

type Happened =
  | { what: "began" }
  | { what: "came"; logs: Answer<"/api/v1/logs">["logs"]; held: boolean; full: boolean }
  | { what: "failed"; error: AskError }
  | { what: "released" };
type State = { tail: Tail; error: AskError | null; isPending: boolean };

const BEGINNING: State = { tail: NO_TAIL, error: null, isPending: true };

function reduce(state: State, happened: Happened): State {
  switch (happened.what) {
    case "began":
      return BEGINNING;
    case "came":
      return { tail: receive(state.tail, happened.logs, happened), error: null, isPending: false };
    case "failed":
      return { ...state, error: happened.error };
    case "released":
      return { ...state, tail: release(state.tail) };
  }
}

/**
 * Follow what comes in and meets a search, as long as it is `live`. While it is `held`, what comes waits until it is released.
 * An error is told and asking goes on: nothing is lost by it.
 */
export function useTail(search: LogSearch, range: Range, live: boolean, held: boolean) {
  const [state, tell] = useReducer(reduce, BEGINNING);
  const holding = useRef(held);
  holding.current = held;
  const question = questionUrl("/api/v1/logs", { query: { ...askLogs(search, range), limit: FIRST } });
  useEffect(() => {
    if (!live) return;
    tell({ what: "began" });
    const url = new URL(question, location.origin);
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    let answered: number | undefined;
    const ask = async () => {
      const began = performance.now();
      if (answered !== undefined) {
        // A tab that nobody looks at asks seldom: each question reaches back to the one before.
        url.searchParams.set("received_after", `${Math.ceil((began - answered) / 1000) + OVERLAP_SECONDS}s`);
        url.searchParams.set("limit", String(MOST_AT_ONCE));
      }
      try {
        const page = await fetchJson<Answer<"/api/v1/logs">>(`${url.pathname}${url.search}`, { signal: stop.signal });
        if (stop.signal.aborted) return;
        const isFirst = answered === undefined;
        answered = began;
        tell({
          what: "came",
          logs: page.logs,
          held: holding.current && !isFirst,
          full: page.next_cursor !== null && !isFirst,
        });
      } catch (error) {
        if (stop.signal.aborted) return;
        if (error instanceof AskError) tell({ what: "failed", error });
      }
      timer = setTimeout(ask, EVERY_MILLISECONDS);
    };
    void ask();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [question, live]);
  return { ...state, question, release: () => tell({ what: "released" }) };
}
