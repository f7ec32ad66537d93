import { Link } from "@tanstack/react-router";
import type { LogRecord } from "@/api/types";
import { milliseconds, rangeBetween } from "@/time";
import type { Tree } from "./model";

const AROUND_MILLISECONDS = 60_000;

/** The way to the records of a trace, or of one of its spans, among all records. */
export function SearchLogs({
  trace,
  tree,
  span,
  logs,
}: {
  trace: string;
  tree: Tree;
  span?: string;
  logs: LogRecord[];
}) {
  const start = Number(tree.start / 1_000_000n);
  const times = [...(tree.nodes.length ? [start, start + tree.duration / 1e6] : []), ...logs.map(timeOf)];
  const range = rangeBetween(Math.min(...times) - AROUND_MILLISECONDS, Math.max(...times) + AROUND_MILLISECONDS);
  return (
    <Link to="/logs" search={{ trace, ...(span ? { span } : {}), ...range }} className="button plain small search-logs">
      Open in Logs
    </Link>
  );
}

function timeOf({ time }: LogRecord): number {
  return milliseconds(time);
}
