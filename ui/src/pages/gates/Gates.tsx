import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { type Answer, useAsk } from "@/api/client";
import type { GateSummary } from "@/api/types";
import { Badge } from "@/parts/Badge";
import { type Column, DataTable } from "@/parts/DataTable";
import { Panel } from "@/parts/Panel";
import { Problems } from "@/parts/Problems";
import { Code } from "@/parts/Scroll";
import { Empty } from "@/parts/states";
import { Time } from "@/parts/Time";
import { Page } from "@/shell/Page";
import "./gates.css";
import { groupEvaluations } from "./groups";
import { gateTone, resultWords } from "./results";
import { Strip } from "./Strip";

type ListedGate = Answer<"/api/v1/gates">["gates"][number];

/** A gate and one thing that it judged: its evaluations of that, the newest first. */
type Row = {
  gate: string;
  listed: ListedGate | undefined;
  service: string;
  environment: string;
  evaluations: GateSummary[];
};

const MOST = 1000;
const REFRESH_MILLISECONDS = 15_000;

/** Every gate, what it judged, what it said last and before. */
export function Gates() {
  const { find = "" } = useSearch({ from: "/gates" });
  const navigate = useNavigate();
  const listed = useAsk("/api/v1/gates", {}, { refetchInterval: REFRESH_MILLISECONDS });
  const history = useAsk(
    "/api/v1/gate-evaluations",
    { query: { limit: MOST } },
    { refetchInterval: REFRESH_MILLISECONDS },
  );
  const rows = useMemo(
    () => makeRows(listed.data?.gates ?? [], history.data?.evaluations ?? []),
    [listed.data, history.data],
  );
  const words = find.toLowerCase();
  const shown = rows.filter(({ gate, service, environment }) =>
    [gate, service, environment].some((text) => text.toLowerCase().includes(words)),
  );
  return (
    <Page
      title="Gates"
      timeless
      about="What a service must be like to go on, and what each gate said of it"
      actions={
        rows.length > 1 && (
          <input
            type="search"
            className="input"
            placeholder="Gate or service"
            aria-label="Gate or service"
            value={find}
            onChange={(event) =>
              void navigate({
                to: ".",
                search: (before) => ({ ...before, find: event.target.value || undefined }),
                replace: true,
              })
            }
          />
        )
      }
    >
      <Problems problems={listed.data?.problems} />
      <Panel title="What gates say" asked={history} flush lines={6}>
        {() =>
          rows.length === 0 ? (
            <NoGates directory={listed.data?.directory} />
          ) : shown.length === 0 ? (
            <Empty title={`No gate and no service goes by “${find}”`} />
          ) : (
            <DataTable
              label="Gates"
              rows={shown}
              columns={COLUMNS}
              identify={({ gate, service, environment }) => JSON.stringify([gate, service, environment])}
            />
          )
        }
      </Panel>
    </Page>
  );
}

const COLUMNS: Column<Row>[] = [
  {
    name: "gate",
    title: "Gate",
    order: ({ gate }) => gate,
    cell: ({ gate, listed }) => (
      <span className="stack" style={{ gap: 0 }}>
        <Link to="/gates/$gate" params={{ gate }}>
          {gate}
        </Link>
        <span className="quiet gate-about">{listed ? listed.description : "reported by another tool"}</span>
      </span>
    ),
  },
  {
    name: "service",
    title: "Service",
    order: ({ service }) => service,
    cell: ({ service, environment }) => (
      <span className="stack" style={{ gap: 0 }}>
        {service && (
          <Link to="/services/$name" params={{ name: service }}>
            {service}
          </Link>
        )}
        <span className="quiet">{environment}</span>
      </span>
    ),
  },
  {
    name: "last",
    title: "Said last",
    order: ({ evaluations: [last] }) => (last ? resultWords(last) : ""),
    cell: ({ evaluations: [last] }) =>
      last ? (
        <Link
          to="/gates/$gate/$evaluation"
          params={{ gate: last.gate, evaluation: last.id }}
          disabled={!last.id}
          title={last.reasons.join("\n")}
        >
          <Badge tone={gateTone(last)}>{resultWords(last)}</Badge>
        </Link>
      ) : (
        <span className="quiet">nothing yet</span>
      ),
  },
  {
    name: "version",
    title: "Version",
    wide: true,
    cell: ({ evaluations: [last] }) => last && <span className="mono">{last.version}</span>,
  },
  {
    name: "history",
    title: "History",
    wide: true,
    cell: ({ gate, service, evaluations }) =>
      evaluations.length > 0 && <Strip label={`History of ${gate} ${service}`} evaluations={evaluations} most={30} />,
  },
  {
    name: "when",
    title: "When",
    right: true,
    order: ({ evaluations: [last] }) => last?.time ?? "",
    cell: ({ evaluations: [last] }) => last && <Time at={last.time} ago />,
  },
];

/** One row for each gate and what it judged; gates that said nothing yet come at the end. */
function makeRows(gates: ListedGate[], evaluations: GateSummary[]): Row[] {
  const known = new Map(gates.map((gate) => [gate.name, gate]));
  const groups = groupEvaluations(evaluations);
  const judged = new Set(groups.map(({ gate }) => gate));
  return [
    ...groups.map((group) => ({ ...group, listed: known.get(group.gate) })),
    ...gates
      .filter(({ name }) => !judged.has(name))
      .map((listed) => {
        const { name: gate, service, environment } = listed;
        return { gate, listed, service, environment, evaluations: [] };
      }),
  ];
}

function NoGates({ directory }: { directory: string | undefined }) {
  return (
    <div className="state">
      <strong>There is no gate yet</strong>
      <p>
        Write one as a file in <code className="breakable">{directory ?? "quality/"}</code>; it counts at once.
      </p>
      <div className="first-gate">
        <Code>{FIRST_GATE}</Code>
        <Code>assay gate check release --service orders</Code>
      </div>
    </div>
  );
}

const FIRST_GATE = `kind: gate
name: release
window: 15m
objectives:
  - {measure: error_rate, pass: "<= 1%"}
  - {measure: latency_p95, pass: "<= 500ms"}`;
