import { type Asked, useAsk } from "@/api/client";
import type { Buried, KeptTable, Status, Storage } from "@/api/types";
import { formatBytes, formatCount, formatShare } from "@/format";
import { type Column, DataTable, numbers } from "@/parts/DataTable";
import { Panel } from "@/parts/Panel";
import { Empty, Partial } from "@/parts/states";
import { Time } from "@/parts/Time";

/** Where the disk goes: free space, journal, tables with their retention, and what could not be stored. */
export function StorageView({ status }: { status: Asked<Status> }) {
  const asked = useAsk("/api/v1/pipeline/storage", {}, { refetchInterval: 15_000 });
  const waiting = Object.values(status.data?.signals ?? {}).reduce((sum, { journal_bytes }) => sum + journal_bytes, 0);
  return (
    <div className="stack">
      <Panel title="Disk" asked={asked} lines={3}>
        {(storage) => <Disk storage={storage} waiting={waiting} />}
      </Panel>
      <Panel title="Dead letters" asked={asked} flush lines={2}>
        {({ dead_letters, dead_letters_in_all }) =>
          dead_letters.length ? (
            <>
              <DataTable label="Dead letters" rows={dead_letters} columns={LETTERS} identify={({ file }) => file} />
              {dead_letters.length < dead_letters_in_all && (
                <Partial>The newest of {formatCount(dead_letters_in_all)}.</Partial>
              )}
            </>
          ) : (
            <Empty title="Everything that was received could be stored" />
          )
        }
      </Panel>
      <Panel title="Tables" asked={asked} flush lines={8}>
        {({ tables }) =>
          tables.length ? (
            <DataTable label="Tables" rows={tables} columns={TABLES} identify={({ name }) => name} />
          ) : (
            <Empty title="Nothing is stored yet" />
          )
        }
      </Panel>
    </div>
  );
}

function Disk({ storage: { disk, tables }, waiting }: { storage: Storage; waiting: number }) {
  const stored = tables.reduce((sum, { bytes }) => sum + bytes, 0);
  if (!disk) return <p>{formatBytes(stored)} in tables.</p>;
  const used = disk.total_bytes - disk.free_bytes;
  return (
    <div className="stack" style={{ gap: 12 }}>
      {disk.free_bytes < disk.min_free_bytes && (
        <Partial>
          Less than {formatBytes(disk.min_free_bytes)} is free: senders are asked to come again later. Make room, or
          keep telemetry for fewer days.
        </Partial>
      )}
      <Gauge
        name={`Disk of ${disk.directory}`}
        parts={[
          ["telemetry", stored, "var(--series-1)"],
          ["other files", Math.max(0, used - stored), "var(--line-strong)"],
        ]}
        all={disk.total_bytes}
        said={`${formatBytes(stored)} telemetry, ${formatBytes(disk.free_bytes)} free of ${formatBytes(disk.total_bytes)}; senders wait below ${formatBytes(disk.min_free_bytes)}`}
      />
      <Gauge
        name="Journal"
        parts={[["waits to be stored", waiting, "var(--series-3)"]]}
        all={disk.journal_max_bytes}
        said={`${formatBytes(waiting)} wait to be stored; senders wait beyond ${formatBytes(disk.journal_max_bytes)}`}
      />
    </div>
  );
}

function Gauge({
  name,
  parts,
  all,
  said,
}: {
  name: string;
  parts: [name: string, bytes: number, colour: string][];
  all: number;
  said: string;
}) {
  return (
    <div>
      <div className="row wrap">
        <strong className="grow">{name}</strong>
        <span className="quiet small-text">{said}</span>
      </div>
      <div className="gauge" aria-hidden>
        {parts
          .filter(([, bytes]) => bytes > 0)
          .map(([part, bytes, colour]) => (
            <span
              key={part}
              title={`${part}: ${formatBytes(bytes)}, ${formatShare(bytes / all)}`}
              style={{ width: `${Math.min(100, (bytes / all) * 100)}%`, background: colour }}
            />
          ))}
      </div>
    </div>
  );
}

const TABLES: Column<KeptTable>[] = [
  { name: "name", title: "Table", order: ({ name }) => name, cell: ({ name }) => <span className="mono">{name}</span> },
  numbers("rows", "Rows", ({ rows }) => rows, formatCount),
  numbers("bytes", "On disk", ({ bytes }) => bytes, formatBytes),
  numbers("each", "Per row", ({ bytes, rows }) => bytes / rows, formatBytes, { wide: true }),
  {
    name: "oldest",
    title: "Oldest day",
    right: true,
    wide: true,
    order: ({ oldest }) => oldest,
    cell: ({ oldest }) => oldest || "–",
  },
  {
    name: "kept",
    title: "Kept for",
    right: true,
    order: ({ retention_days }) => retention_days ?? Number.POSITIVE_INFINITY,
    cell: ({ name, retention_days }) =>
      retention_days ? `${retention_days} days` : name === "otel_traces_recent" ? "the hot window" : "as needed",
  },
];

const LETTERS: Column<Buried>[] = [
  { name: "buried", title: "When", cell: ({ buried }) => (buried ? <Time at={buried} /> : "–") },
  { name: "signal", title: "Signal", cell: ({ signal }) => signal },
  { name: "source", title: "Protocol", wide: true, cell: ({ source }) => source || "–" },
  {
    name: "reason",
    title: "Reason",
    cell: ({ reason, file }) => (
      <span title={file} className="breakable">
        {reason}
      </span>
    ),
  },
  { name: "items", title: "Items", right: true, cell: ({ items }) => formatCount(items) },
  { name: "bytes", title: "Size", right: true, wide: true, cell: ({ bytes }) => formatBytes(bytes) },
];
