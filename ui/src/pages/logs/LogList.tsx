import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import type { LogRecord } from "@/api/types";
import { serviceColour } from "@/parts/colours";
import { LogBody, nameRecord } from "@/parts/LogLines";
import { Time } from "@/parts/Time";
import { milliseconds } from "@/time";

const LINE = 26;
const HEAD = 27;
// So many lines before the end the older ones are asked for.
const AHEAD = 30;

/**
 * Log records in columns, the newest first; only those in sight exist. One of them may be open and then shows `details`.
 * Arrows go up and down, Enter opens and closes.
 */
export function LogList({
  logs,
  open,
  choose,
  details,
  more,
  scrolled,
}: {
  logs: LogRecord[];
  /** The name of the record that is open. */
  open: string | undefined;
  choose: (log: LogRecord | undefined) => void;
  details: (log: LogRecord) => ReactNode;
  /** Ask for older ones, if there are any. */
  more: (() => void) | undefined;
  /** Told whether the newest line is out of sight. */
  scrolled: (isAway: boolean) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(open ?? "");
  const virtual = useVirtualizer({
    count: logs.length,
    getScrollElement: () => box.current,
    estimateSize: () => LINE,
    getItemKey: (place) => nameOf(logs, place),
    overscan: 20,
    scrollMargin: HEAD,
    scrollPaddingStart: HEAD,
  });
  const shown = virtual.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && last > logs.length - AHEAD) more();
  }, [more, last, logs.length]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a permalink is followed once, when the page opens
  useEffect(() => {
    const place = open ? logs.findIndex((log) => nameRecord(log) === open) : -1;
    if (place > 0) virtual.scrollToIndex(place, { align: "start" });
  }, []);

  const press = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const here = logs.findIndex((log) => nameRecord(log) === at);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20, Home: -logs.length, End: logs.length }[
      event.key
    ];
    const log = logs[here];
    if (step) {
      const place = Math.min(Math.max(here + step, 0), logs.length - 1);
      setAt(nameOf(logs, place));
      virtual.scrollToIndex(place, { align: "auto" });
    } else if (event.key === "Enter" && log) choose(at === open ? undefined : log);
    else if (event.key === "Escape" && open) choose(undefined);
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={box}
      className={isDated(logs) ? "log-list dated" : "log-list"}
      onScroll={(event) => scrolled(event.currentTarget.scrollTop > LINE)}
    >
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: ARIA in HTML lets a table be a treegrid
        role="treegrid"
        aria-label="Log records"
        aria-rowcount={logs.length + 1}
        tabIndex={0}
        aria-activedescendant={shown.some(({ key }) => key === at) ? rowId(at) : undefined}
        onKeyDown={press}
        style={{ height: virtual.getTotalSize() + HEAD }}
      >
        <thead>
          <tr className="log-row">
            <th>Time</th>
            <th>Severity</th>
            <th>Service</th>
            <th>Body</th>
          </tr>
        </thead>
        {shown.map(({ key, index, start }) => {
          const log = logs[index];
          return (
            log && (
              <tbody key={key} ref={virtual.measureElement} data-index={index} style={{ top: start }}>
                <Line
                  log={log}
                  place={index}
                  isAt={key === at}
                  isOpen={key === open}
                  turn={() => {
                    setAt(String(key));
                    choose(key === open ? undefined : log);
                  }}
                />
                {key === open && (
                  <tr aria-level={2}>
                    <td colSpan={4}>{details(log)}</td>
                  </tr>
                )}
              </tbody>
            )
          );
        })}
      </table>
    </div>
  );
}

function Line({
  log,
  place,
  isAt,
  isOpen,
  turn,
}: {
  log: LogRecord;
  place: number;
  isAt: boolean;
  isOpen: boolean;
  turn: () => void;
}) {
  return (
    <tr
      id={rowId(nameRecord(log))}
      aria-level={1}
      aria-rowindex={place + 2}
      aria-expanded={isOpen}
      className={`log-row log-line ${log.severity}${isAt ? " at" : ""}${isOpen ? " open" : ""}`}
      // Who marks a part of a line wants to copy it.
      onClick={() => !getSelection()?.toString() && turn()}
    >
      <td>
        <Time at={log.time} exact="millisecond" />
      </td>
      <td className="severity">{log.severity || "–"}</td>
      <td className="cut">
        <span className="swatch" style={{ "--swatch": serviceColour(log.service) }} />
        {log.service || "–"}
      </td>
      <td className="cut log-body">
        <LogBody log={log} />
      </td>
    </tr>
  );
}

function nameOf(logs: LogRecord[], place: number): string {
  const log = logs[place];
  return log ? nameRecord(log) : String(place);
}

/** Whether some are of other days: their times are longer. */
function isDated(logs: LogRecord[]): boolean {
  const last = logs.at(-1);
  return last !== undefined && new Date(milliseconds(last.time)).toDateString() !== new Date().toDateString();
}

function rowId(name: string): string {
  return `log-${name}`;
}
