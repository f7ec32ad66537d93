import { type Asked, useAsk } from "@/api/client";
import type { Arrivals, Status } from "@/api/types";
import { formatBytes, formatCount, formatDuration } from "@/format";
import { Badge } from "@/parts/Badge";
import { type Column, DataTable, numbers } from "@/parts/DataTable";
import { Panel } from "@/parts/Panel";
import { Empty } from "@/parts/states";
import { balance, type Flow } from "./balance";

type Row = { signal: string; flow: Flow };

const SIGNALS = ["traces", "metrics", "logs"];

/** What came in since the start, by signal, where it is now, and whether that adds up. */
export function Flows({ asked }: { asked: Asked<Status> }) {
  return (
    <Panel title="Since the start" asked={asked} flush lines={4}>
      {({ signals }) => (
        <>
          <DataTable
            label="Signals"
            rows={SIGNALS.flatMap((signal) => (signals[signal] ? [{ signal, flow: signals[signal] }] : []))}
            columns={COLUMNS}
            identify={({ signal }) => signal}
          />
          <p className="quiet small-text pipeline-note">
            Received = stored + sampled out + filtered + dead letters + what is on the way. What was refused was never
            received: its sender was told so. {said(signals.traces)}
          </p>
        </>
      )}
    </Panel>
  );
}

function said(spans: Flow | undefined): string {
  if (!spans?.kept_items && !spans?.sampled_out_items) return "";
  const waiting = spans.undecided_items
    ? ` The decision on their trace is awaited by ${formatCount(spans.undecided_items)}.`
    : "";
  return `Spans that are sampled out can be seen until the hot window has passed.${waiting}`;
}

const COLUMNS: Column<Row>[] = [
  { name: "signal", title: "Signal", cell: ({ signal }) => <strong>{signal}</strong> },
  count("received", "Received", ({ received_items }) => received_items, {
    more: ({ received_bytes, received_requests }) =>
      `${formatBytes(received_bytes)} in ${formatCount(received_requests)} requests`,
  }),
  count("stored", "Stored", ({ stored_items }) => stored_items),
  count("sampled", "Sampled out", ({ sampled_out_items }) => sampled_out_items, { wide: true }),
  count("filtered", "Filtered", ({ filtered_items }) => filtered_items, { wide: true }),
  count("dead", "Dead letters", ({ dead_items }) => dead_items, { bad: true, wide: true }),
  {
    name: "balance",
    title: "Balance",
    cell: ({ flow }) => {
      const { tone, text } = balance(flow);
      return <Badge tone={tone}>{text}</Badge>;
    },
  },
  count("refused", "Refused", ({ refused_items, refused_requests }) => refused_items || refused_requests, {
    bad: true,
    more: ({ refused_items, refused_requests }) =>
      `${formatCount(refused_items)} items that could be counted, in ${formatCount(refused_requests)} requests`,
  }),
  {
    name: "journal",
    title: "In the journal",
    right: true,
    wide: true,
    cell: ({ flow }) => formatBytes(flow.journal_bytes),
  },
  {
    name: "lag",
    title: "Lag",
    right: true,
    wide: true,
    cell: ({ flow }) => (
      <span title="Age of the oldest that is not yet stored">{formatDuration(flow.lag_seconds * 1e9)}</span>
    ),
  },
];

function count(
  name: string,
  title: string,
  value: (flow: Flow) => number,
  { bad = false, wide = false, more }: { bad?: boolean; wide?: boolean; more?: (flow: Flow) => string } = {},
): Column<Row> {
  return {
    name,
    title,
    right: true,
    wide,
    cell: ({ flow }) => (
      <span className={value(flow) === 0 ? "quiet" : bad ? "bad" : ""} title={more?.(flow)}>
        {formatCount(value(flow))}
      </span>
    ),
  };
}

/** By which ways it came, and what was refused there and why. */
export function Ways() {
  const asked = useAsk("/api/v1/pipeline/arrivals", {}, { refetchInterval: 10_000 });
  return (
    <Panel title="By protocol, since the start" asked={asked} flush lines={3}>
      {({ arrivals }) =>
        arrivals.length ? (
          <DataTable
            label="Protocols"
            rows={arrivals}
            columns={WAYS}
            identify={({ signal, source }) => `${signal} ${source}`}
          />
        ) : (
          <Empty title="Nothing came in since the start">The first page shows how to send something.</Empty>
        )
      }
    </Panel>
  );
}

const WAYS: Column<Arrivals>[] = [
  { name: "source", title: "Protocol", order: ({ source }) => source, cell: ({ source }) => source },
  { name: "signal", title: "Signal", order: ({ signal }) => signal, cell: ({ signal }) => signal },
  numbers("requests", "Requests", ({ received_requests }) => received_requests, formatCount, { wide: true }),
  numbers("items", "Items", ({ received_items }) => received_items, formatCount),
  numbers("bytes", "Size", ({ received_bytes }) => received_bytes, formatBytes, { wide: true }),
  {
    name: "refused",
    title: "Refused requests",
    cell: ({ refused, refused_items }) => {
      const reasons = Object.entries(refused ?? {});
      if (!reasons.length) return <span className="quiet">none</span>;
      return (
        <span className="row wrap" style={{ gap: 4 }}>
          {reasons.map(([reason, requests]) => (
            <Badge key={reason} tone="bad" title={`${formatCount(refused_items)} items in all that could be counted`}>
              {formatCount(requests)} {reason.replaceAll("_", " ")}
            </Badge>
          ))}
        </span>
      );
    },
  },
];
