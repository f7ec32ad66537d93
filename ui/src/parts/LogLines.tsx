import { Link } from "@tanstack/react-router";
import type { LogRecord } from "@/api/types";
import { formatCount } from "@/format";
import { Time } from "./Time";
import { formatValue } from "./value";
import "./logs.css";

/** Log records line by line, each with its time, severity, service and body, and the way to its trace. */
export function LogLines({
  logs,
  withService = false,
  withTrace = false,
}: {
  logs: LogRecord[];
  withService?: boolean;
  withTrace?: boolean;
}) {
  return (
    <ol className="log-lines">
      {logs.map((log) => (
        <li key={`${log.time}${log.id}`} className={`log-line ${log.severity}`}>
          <Time at={log.time} exact="millisecond" />
          <span className="severity">{log.severity || "–"}</span>
          {withService && <span className="cut service-name">{log.service}</span>}
          <span className="log-body">
            {log.event_name && <strong>{log.event_name} </strong>}
            {log.body.type !== "empty" && cut(formatValue(log.body))}
          </span>
          {withTrace && log.trace_id && (
            <Link
              to="/traces/$traceId"
              params={{ traceId: log.trace_id }}
              search={log.span_id ? { span: log.span_id } : {}}
              className="log-trace"
            >
              trace
            </Link>
          )}
        </li>
      ))}
    </ol>
  );
}

/** Texts that go on for pages would hide the lines around them. */
const MOST = 1_000;

function cut(text: string): string {
  return text.length > MOST ? `${text.slice(0, MOST)} … and ${formatCount(text.length - MOST)} characters more` : text;
}
