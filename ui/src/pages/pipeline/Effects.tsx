import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useAsk } from "@/api/client";
import type { Filtered, Leak } from "@/api/types";
import { formatCount } from "@/format";
import { type Column, DataTable, numbers } from "@/parts/DataTable";
import { Panel } from "@/parts/Panel";
import { Empty } from "@/parts/states";
import { Time } from "@/parts/Time";
import { useRange } from "@/shell/range";
import { asParameters } from "@/time";

/** What scrubbing changed, by rule and by who sent it where, and what filters dropped. */
export function Effects() {
  const { range, refetchInterval } = useRange();
  const query = asParameters(range);
  const leaks = useAsk("/api/v1/policies/scrubbing/coverage", { query }, { refetchInterval });
  const filtered = useAsk("/api/v1/policies/filters/counts", { query }, { refetchInterval });
  const rules = useMemo(() => addUp(leaks.data?.leaks ?? []), [leaks.data]);
  return (
    <div className="stack">
      <div className="columns" style={{ "--least": "420px" }}>
        <Panel title="Scrubbed values by rule" asked={leaks} flush lines={4}>
          {() =>
            rules.length ? (
              <DataTable label="Rules" rows={rules} columns={RULES} identify={({ rule }) => rule} />
            ) : (
              <Empty title="Scrubbing changed nothing in this time range" />
            )
          }
        </Panel>
        <Panel title="Filtered items" asked={filtered} flush lines={4}>
          {(answer) =>
            answer.filtered.length ? (
              <DataTable
                label="Filters"
                rows={answer.filtered}
                columns={FILTERED}
                identify={({ signal, filter, service }) => `${signal} ${filter} ${service}`}
              />
            ) : (
              <Empty title="Filters dropped nothing in this time range" />
            )
          }
        </Panel>
      </div>
      <Panel title="What services send that had to be scrubbed" asked={leaks} flush lines={5}>
        {(answer) =>
          answer.leaks.length ? (
            <DataTable
              label="Scrubbed values"
              rows={answer.leaks}
              columns={LEAKS}
              identify={({ service, signal, place, rule }) => `${service} ${signal} ${place} ${rule}`}
            />
          ) : (
            <Empty title="No service sent anything that had to be scrubbed">
              The rules are under Policies; what they would find in what is stored says{" "}
              <code>assay policy dry-run</code>.
            </Empty>
          )
        }
      </Panel>
    </div>
  );
}

type Rule = { rule: string; items: number; services: number; places: number };

function addUp(leaks: Leak[]): Rule[] {
  const rules = [...new Set(leaks.map(({ rule }) => rule))].map((rule) => {
    const of = leaks.filter((leak) => leak.rule === rule);
    return {
      rule,
      items: of.reduce((sum, { items }) => sum + items, 0),
      services: new Set(of.map(({ service }) => service)).size,
      places: new Set(of.map(({ place }) => place)).size,
    };
  });
  return rules.sort((one, other) => other.items - one.items);
}

const RULES: Column<Rule>[] = [
  { name: "rule", title: "Rule", order: ({ rule }) => rule, cell: ({ rule }) => <span className="mono">{rule}</span> },
  numbers("items", "Values", ({ items }) => items, formatCount),
  numbers("services", "Services", ({ services }) => services, formatCount),
  numbers("places", "Places", ({ places }) => places, formatCount),
];

const FILTERED: Column<Filtered>[] = [
  { name: "filter", title: "Filter", cell: ({ filter }) => <span className="mono">{filter}</span> },
  { name: "signal", title: "Signal", wide: true, cell: ({ signal }) => signal },
  { name: "service", title: "Service", cell: ({ service }) => <ServiceLink name={service} /> },
  numbers("items", "Items", ({ items }) => items, formatCount),
  { name: "last", title: "Last", right: true, wide: true, cell: ({ last_seen }) => <Time at={last_seen} ago /> },
];

const LEAKS: Column<Leak>[] = [
  {
    name: "service",
    title: "Service",
    order: ({ service }) => service,
    cell: ({ service }) => <ServiceLink name={service} />,
  },
  { name: "signal", title: "Signal", wide: true, order: ({ signal }) => signal, cell: ({ signal }) => signal },
  {
    name: "place",
    title: "Where",
    order: ({ place }) => place,
    cell: ({ place }) => <span className="mono breakable">{place}</span>,
  },
  { name: "rule", title: "Rule", order: ({ rule }) => rule, cell: ({ rule }) => <span className="mono">{rule}</span> },
  numbers("items", "Values", ({ items }) => items, formatCount),
  { name: "last", title: "Last", right: true, wide: true, cell: ({ last_seen }) => <Time at={last_seen} ago /> },
];

function ServiceLink({ name }: { name: string }) {
  if (!name) return <span className="quiet">without a name</span>;
  return (
    <Link to="/services/$name" params={{ name }}>
      {name}
    </Link>
  );
}
