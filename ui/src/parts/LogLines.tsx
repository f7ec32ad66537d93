import { Link } from "@tanstack/react-router";
import type { LogRecord } from "@/api/types";
import { formatCount } from "@/format";
import { Time } from "./Time";
import { formatValue } from "./value";
import "./logs.css";

/** Log records line by line, each with its time, severity, service and body, and the way to its trace; `current` is marked. */
export function LogLines({
  logs,
  withService = false,
  withTrace = false,
  current,
}: {
  logs: LogRecord[];
  withService?: boolean;
  withTrace?: boolean;
  current?: string;
}) {
  return (
    <ol className="log-lines">
      {logs.map((log) => (
        <li
          key={nameRecord(log)}
          className={`log-line ${log.severity}`}
          aria-current={nameRecord(log) === current || undefined}
        >
          <Time at={log.time} exact="millisecond" />
          <span className="severity">{log.severity || "–"}</span>
          {withService && <span className="cut service-name">{log.service}</span>}
          <span className="log-body">
            <LogBody log={log} />
          </span>
          {withTrace && <TraceLink log={log} className="log-trace" />}
        </li>
      ))}
    </ol>
  );
}

/** How a record is named in URLs: its time and its id. */
export function nameRecord({ time, id }: Pick<LogRecord, "time" | "id">): string {
  return `${time}~${id}`;
}

/** What a record says: its body, after the name of the event that it is. */
export function LogBody({ log }: { log: LogRecord }) {
  return (
    <>
      {log.event_name && <strong>{log.event_name} </strong>}
      {log.body.type !== "empty" && cut(formatValue(log.body))}
    </>
  );
}

/** The way to the trace and span that a record belongs to, if it does to one. */
export function TraceLink({
  log,
  className,
  children = "trace",
}: {
  log: LogRecord;
  className?: string;
  children?: string;
}) {
  if (!log.trace_id) return null;
  return (
    <Link
      to="/traces/$traceId"
      params={{ traceId: log.trace_id }}
      search={log.span_id ? { span: log.span_id } : {}}
      className={className}
    >
      {children}
    </Link>
  );
}

/** Texts that go on for pages would hide the lines around them. */
const MOST = 1_000;

function cut(text: string): string {
  return text.length > MOST ? `${text.slice(0, MOST)} … and ${formatCount(text.length - MOST)} characters more` : text;
}
