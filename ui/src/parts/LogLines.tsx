import type { LogRecord } from "@/api/types";
import { Time } from "./Time";
import { formatValue } from "./Value";
import "./logs.css";

/** Log records line by line, each with its severity, time, service and body. */
export function LogLines({ logs, withService = false }: { logs: LogRecord[]; withService?: boolean }) {
  return (
    <ol className="log-lines">
      {logs.map((log) => (
        <li key={`${log.time}${log.id}`} className={`log-line ${log.severity}`}>
          <Time at={log.time} exact="millisecond" />
          <span className="severity">{log.severity || "–"}</span>
          {withService && <span className="cut service-name">{log.service}</span>}
          <span className="log-body">
            {log.event_name && <strong>{log.event_name} </strong>}
            {log.body.type !== "empty" && formatValue(log.body)}
          </span>
        </li>
      ))}
    </ol>
  );
}
