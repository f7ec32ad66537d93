import { useAsk } from "@/api/client";
import type { Exporter } from "@/api/types";
import { formatCount, formatDuration, formatRate } from "@/format";
import { Badge, type Tone } from "@/parts/Badge";
import { type Column, DataTable, numbers } from "@/parts/DataTable";
import { Panel } from "@/parts/Panel";
import { Code } from "@/parts/Scroll";
import { Time } from "@/parts/Time";

const EXAMPLE = `exporters:
  backend:
    type: otlp/http
    endpoint: https://otel.example.com:4318`;

/** Where each destination is: position, lag, rate and what went wrong last. */
export function Exporters() {
  const asked = useAsk("/api/v1/exporters", {}, { refetchInterval: 5_000 });
  return (
    <Panel title="Exporters" asked={asked} flush lines={4}>
      {({ exporters }) =>
        exporters.length ? (
          <>
            <DataTable
              label="Exporters"
              rows={exporters}
              columns={COLUMNS}
              identify={({ exporter, signal }) => `${exporter} ${signal}`}
            />
            <p className="quiet small-text pipeline-note">
              <code>assay exporters pause|resume|replay NAME</code> holds one, lets it go on, and sends again.
            </p>
          </>
        ) : (
          <div className="state">
            <strong>Nothing is sent on</strong>
            <p>A destination is a few lines in the configuration file:</p>
            <Code>{EXAMPLE}</Code>
          </div>
        )
      }
    </Panel>
  );
}

/** How an exporter is doing in a word. */
export function judge({ paused, lag_rows, last_error }: Exporter): [Tone, string] {
  if (paused) return ["warn", "paused"];
  if (lag_rows > 0 && last_error) return ["bad", "failing"];
  return lag_rows > 0 ? ["accent", "behind"] : ["good", "up to date"];
}

const COLUMNS: Column<Exporter>[] = [
  {
    name: "exporter",
    title: "Exporter",
    order: ({ exporter }) => exporter,
    cell: ({ exporter, type }) => (
      <>
        <strong>{exporter}</strong> <span className="quiet">{type}</span>
      </>
    ),
  },
  { name: "signal", title: "Signal", order: ({ signal }) => signal, cell: ({ signal }) => signal },
  {
    name: "state",
    title: "State",
    cell: (exporter) => {
      const [tone, word] = judge(exporter);
      return <Badge tone={tone}>{word}</Badge>;
    },
  },
  {
    name: "lag",
    title: "Behind",
    right: true,
    order: ({ lag_seconds }) => lag_seconds,
    cell: ({ lag_seconds, lag_rows }) => (
      <span title={`${lag_rows.toLocaleString("en")} rows, before filters`}>
        {lag_rows ? `${formatDuration(lag_seconds * 1e9)}, ${formatCount(lag_rows)} rows` : "–"}
      </span>
    ),
  },
  numbers("rate", "Rate", ({ rate }) => rate, formatRate, { wide: true }),
  {
    name: "position",
    title: "Position",
    right: true,
    wide: true,
    cell: ({ position }) => <span title="The batch up to which all is sent">{position}</span>,
  },
  {
    name: "missed",
    title: "Missed rows",
    right: true,
    wide: true,
    cell: ({ missed_rows }) => (
      <span className={missed_rows ? "bad" : "quiet"} title="Deleted by retention before they were sent">
        {formatCount(missed_rows)}
      </span>
    ),
  },
  {
    name: "error",
    title: "Last error",
    wide: true,
    cell: ({ last_error, last_error_at }) =>
      last_error ? (
        <span className="breakable">
          {last_error}{" "}
          <span className="quiet">
            <Time at={new Date(last_error_at * 1000).toISOString()} ago />
          </span>
        </span>
      ) : (
        <span className="quiet">none</span>
      ),
  },
];
