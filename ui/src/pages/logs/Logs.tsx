import { useNavigate, useSearch } from "@tanstack/react-router";
import { Pause, Play, Radio } from "lucide-react";
import { useMemo, useState } from "react";
import { useAsk, usePages } from "@/api/client";
import type { LogRecord } from "@/api/types";
import { formatCount } from "@/format";
import { nameRecord } from "@/parts/LogLines";
import { Panel } from "@/parts/Panel";
import { Empty, Partial } from "@/parts/states";
import { Page } from "@/shell/Page";
import { useRange } from "@/shell/range";
import { isMoving } from "@/time";
import { Context } from "./Context";
import { Histogram } from "./Histogram";
import { LogDetails } from "./LogDetails";
import { LogList } from "./LogList";
import { QueryBar } from "./QueryBar";
import { askLogs, type Change, tokens } from "./search";
import { MOST_LINES } from "./tail";
import { useTail } from "./useTail";
import "./page.css";

const PAGE = 200;

/** The search for log records: a query, how many there were over time, and the records, also while they come in. */
export function Logs() {
  const search = useSearch({ from: "/logs" });
  const navigate = useNavigate({ from: "/logs" });
  const { range, refetchInterval } = useRange();
  const [isAway, setAway] = useState(false);
  const [paused, setPaused] = useState(false);
  const live = search.live === true;
  // Nothing moves while somebody reads.
  const reading = isAway || search.record !== undefined;
  const query = askLogs(search, range);
  const counts = useAsk("/api/v1/logs/counts", { query }, { refetchInterval });
  const asked = usePages(
    "/api/v1/logs",
    { query: { ...query, limit: PAGE } },
    { enabled: !live, refetchInterval: reading ? false : refetchInterval },
  );
  const tailed = useTail(search, range, live, reading || paused);
  const found = useMemo(() => asked.data?.flatMap((page) => page.logs) ?? [], [asked.data]);
  const logs = live ? tailed.tail.lines : found;
  const change = (made: Change) => void navigate({ search: (before) => tidy({ ...before, ...made }) });
  const choose = (log: LogRecord | undefined) =>
    void navigate({
      search: (before) => tidy({ ...before, record: log && nameRecord(log), around: undefined, alike: undefined }),
      replace: true,
    });
  const turn = () => {
    setPaused(false);
    // What comes in is of now: a range that has ended has nothing to come.
    const now = isMoving(range) ? {} : { from: undefined, to: undefined };
    void navigate({
      search: (before) => tidy({ ...before, ...now, record: undefined, live: live ? undefined : true }),
    });
  };
  const answer = live
    ? {
        data: tailed.isPending ? undefined : logs,
        error: tailed.error,
        isPending: tailed.isPending,
        refetch: () => undefined,
        question: tailed.question,
      }
    : { ...asked, data: asked.data && logs };
  const opened = logs.find((log) => nameRecord(log) === search.record);
  return (
    <Page
      title="Logs"
      actions={
        <button type="button" className="button" aria-pressed={live} onClick={turn}>
          <Radio size={14} aria-hidden /> Live
        </button>
      }
    >
      <QueryBar search={search} change={change} />
      <Histogram asked={counts} search={search} change={change} />
      {search.record && !opened && answer.data && (
        <Partial>The record that this link opens is not among those below: choose a time range around it.</Partial>
      )}
      <Panel
        title={live ? "Coming in" : "Newest first"}
        asked={answer}
        flush
        lines={12}
        actions={
          live && (
            <TailActions
              lines={logs.length}
              waiting={tailed.tail.waiting.length}
              paused={paused}
              pause={setPaused}
              show={() => {
                setPaused(false);
                choose(undefined);
                tailed.release();
              }}
            />
          )
        }
      >
        {() =>
          logs.length ? (
            <>
              {live && tailed.error && <Partial>{tailed.error.message}; asking again.</Partial>}
              {live && tailed.tail.gap && (
                <Partial>
                  More came at once than can be followed: some records are left out here. Narrow the query.
                </Partial>
              )}
              <LogList
                key={String(live)}
                logs={logs}
                open={search.record}
                choose={choose}
                details={(log) => <LogDetails log={log} search={search} change={change} />}
                more={live || asked.isFetchingNextPage ? undefined : asked.more}
                scrolled={setAway}
              />
            </>
          ) : live ? (
            <Empty title="Waiting for a record that meets the query">
              It is shown about a second after it was sent.
            </Empty>
          ) : (
            <Nothing isNarrowed={tokens(search).length > 0} />
          )
        }
      </Panel>
      {search.record && search.around && (
        <Context record={search.record} around={search.around} alike={search.alike} log={opened} change={change} />
      )}
    </Page>
  );
}

function TailActions({
  lines,
  waiting,
  paused,
  pause,
  show,
}: {
  lines: number;
  waiting: number;
  paused: boolean;
  pause: (paused: boolean) => void;
  show: () => void;
}) {
  return (
    <>
      <span className="quiet small-text number">
        {lines >= MOST_LINES ? `the newest ${formatCount(lines)}` : formatCount(lines)} {lines === 1 ? "line" : "lines"}
      </span>
      {waiting > 0 && (
        <button type="button" className="button main small" onClick={show}>
          {waiting >= MOST_LINES ? `${formatCount(waiting)} and more` : formatCount(waiting)} new
        </button>
      )}
      <button
        type="button"
        className="button small"
        aria-pressed={paused}
        onClick={() => (paused ? show() : pause(true))}
      >
        {paused ? <Play size={12} aria-hidden /> : <Pause size={12} aria-hidden />}
        {paused ? "Resume" : "Pause"}
      </button>
    </>
  );
}

function Nothing({ isNarrowed }: { isNarrowed: boolean }) {
  return isNarrowed ? (
    <Empty title="No log record meets all conditions">
      Take a condition away or choose a longer time range. A record can be found about a second after it was sent.
    </Empty>
  ) : (
    <Empty title="No log records in this time range">
      Services send them by OTLP; the first page shows how. Choose a longer time range to see older ones.
    </Empty>
  );
}

/** A URL has only what is chosen. */
function tidy<T extends object>(search: T): T {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as T;
}
