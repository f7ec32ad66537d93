import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { useAsk } from "@/api/client";
import type { AskedNode, Edge } from "@/api/types";
import { formatCount } from "@/format";
import { Combo } from "@/parts/Combo";
import { useNarrow } from "@/parts/narrow";
import { useNow } from "@/parts/now";
import { Panel } from "@/parts/Panel";
import { Select } from "@/parts/Select";
import { Empty, Partial } from "@/parts/states";
import { Page } from "@/shell/Page";
import { useRange } from "@/shell/range";
import { asParameters, milliseconds } from "@/time";
import { Diagram } from "./Diagram";
import { EdgesTable } from "./EdgesTable";
import "./map.css";
import { busiest, connected, edgeKey, keyOf, neighbourhood } from "./model";
import { EdgeSide, NodeSide } from "./Side";
import type { MapSearch, Reach } from "./search";
import { ICONS, KINDS } from "./shapes";

/** More than that cannot be told apart. */
const MOST_NODES = 120;
/** What the API gives at most. */
const MOST_EDGES = 5_000;

/** Who calls whom: services, and the databases, queues and others that they call. */
export function ServiceMap() {
  const search = useSearch({ from: "/map" });
  const navigate = useNavigate({ from: "/map" });
  const { range, refetchInterval } = useRange();
  const now = useNow();
  const isNarrow = useNarrow();
  const asked = useAsk(
    "/api/v1/graph",
    { query: { ...asParameters(range), environment: search.environment } },
    { refetchInterval },
  );
  const graph = asked.data;
  const part = useMemo(() => {
    const all = graph?.edges ?? [];
    return search.around ? neighbourhood(all, search.around, search.reach ?? 1) : all;
  }, [graph, search.around, search.reach]);
  const shown = useMemo(() => busiest(part, MOST_NODES), [part]);
  const all = useMemo(() => connected(graph?.nodes ?? [], part), [graph, part]);
  const nodes = useMemo(() => connected(all, shown), [all, shown]);
  const view = search.view ?? (isNarrow ? "table" : "map");
  const change = (made: { [K in keyof MapSearch]?: MapSearch[K] | undefined }) =>
    navigate({ search: (before) => ({ ...before, ...made }) as MapSearch });
  const choose = (what: AskedNode | Edge) =>
    "caller" in what
      ? change({ node: keyOf(what.caller), callee: keyOf(what.callee) })
      : change({ node: keyOf(what), callee: undefined });
  const chosenEdge = search.callee
    ? part.find(({ caller, callee }) => keyOf(caller) === search.node && keyOf(callee) === search.callee)
    : undefined;
  const chosenNode =
    search.node && !search.callee ? graph?.nodes.find((node) => keyOf(node) === search.node) : undefined;
  const close = () => change({ node: undefined, callee: undefined });
  const seconds = graph ? Math.max((Math.min(milliseconds(graph.end), now) - milliseconds(graph.start)) / 1e3, 1) : 1;
  const chosen = useMemo(
    () => ({ node: chosenNode && keyOf(chosenNode), edge: chosenEdge && edgeKey(chosenEdge) }),
    [chosenNode, chosenEdge],
  );
  return (
    <Page title="Service map" about="Who calls whom, counted from all spans, whatever the sampling keeps.">
      <div className={chosenNode || chosenEdge ? "map-split chosen" : "map-split"}>
        <Panel
          title={graph ? `${counted(all.length, "node")}, ${counted(part.length, "connection")}` : "Calls"}
          asked={asked}
          flush
          lines={8}
          actions={<Filters search={search} change={change} nodes={graph?.nodes ?? []} places={graph?.environments} />}
        >
          {({ edges }) => (
            <>
              <div className="map-views row wrap">
                <Views view={view} change={change} />
                {view === "map" && <Legend />}
              </div>
              {edges.length === MOST_EDGES && (
                <Partial>There are more than {formatCount(MOST_EDGES)} calls: the rarest are left out.</Partial>
              )}
              {part.length === 0 ? (
                <None search={search} total={edges.length} />
              ) : view === "table" ? (
                <EdgesTable edges={part} seconds={seconds} choose={choose} />
              ) : (
                <>
                  {shown.length < part.length && (
                    <Partial>
                      The {formatCount(shown.length)} busiest of {formatCount(part.length)} connections are drawn.
                      Choose what the map is around to see others, or look at the table.
                    </Partial>
                  )}
                  <Diagram nodes={nodes} edges={shown} seconds={seconds} chosen={chosen} choose={choose} />
                </>
              )}
            </>
          )}
        </Panel>
        {chosenNode && (
          <NodeSide
            node={chosenNode}
            edges={graph?.edges ?? []}
            seconds={seconds}
            environment={search.environment}
            choose={choose}
            close={close}
          />
        )}
        {chosenEdge && (
          <EdgeSide
            edge={chosenEdge}
            seconds={seconds}
            environment={search.environment}
            choose={(node) => change({ node, callee: undefined })}
            close={close}
          />
        )}
      </div>
    </Page>
  );
}

function counted(count: number, what: string): string {
  return `${formatCount(count)} ${what}${count === 1 ? "" : "s"}`;
}

type Change = (made: { [K in keyof MapSearch]?: MapSearch[K] | undefined }) => void;

function Filters({
  search,
  change,
  nodes,
  places = [],
}: {
  search: MapSearch;
  change: Change;
  nodes: AskedNode[];
  places?: string[] | undefined;
}) {
  const around = [...new Set(nodes.map(({ name }) => name))].map((name) => ({ name }));
  return (
    <div className="row wrap map-filters">
      <Combo
        label="Around"
        value={search.around ?? ""}
        placeholder="around everything"
        choices={around}
        choose={(name) => change({ around: name || undefined, reach: undefined })}
      />
      {search.around && (
        <Select
          label="Reach"
          value={String(search.reach ?? 1)}
          options={[
            ["1", "1 call"],
            ["2", "2 calls"],
            ["3", "3 calls"],
          ]}
          onChange={(reach) => change({ reach: reach === "1" ? undefined : (Number(reach) as Reach) })}
        />
      )}
      <Select
        label="Environment"
        value={search.environment ?? ""}
        options={[
          ["", "all"],
          ...[...new Set([...places, ...(search.environment ? [search.environment] : [])])].map(
            (name) => [name, name] as const,
          ),
        ]}
        onChange={(environment) => change({ environment: environment || undefined })}
      />
    </div>
  );
}

function Views({ view, change }: { view: "map" | "table"; change: Change }) {
  return (
    <fieldset className="views">
      <legend className="unseen">View</legend>
      {(["map", "table"] as const).map((each) => (
        <button
          key={each}
          type="button"
          className="button plain small"
          aria-pressed={view === each}
          onClick={() => change({ view: each })}
        >
          {each === "map" ? "Map" : "Table"}
        </button>
      ))}
    </fieldset>
  );
}

/** What shapes and colours mean. */
function Legend() {
  return (
    <ul className="legend grow">
      {Object.entries(ICONS).map(([kind, Icon]) => (
        <li key={kind} className="row">
          <Icon size={13} aria-hidden /> {KINDS[kind]}
        </li>
      ))}
      <li>
        on lines: rate and p95; <span className="warn">some errors (1 % and more)</span>,{" "}
        <span className="bad">many (5 % and more)</span>
      </li>
    </ul>
  );
}

function None({ search, total }: { search: MapSearch; total: number }) {
  if (search.around && total)
    return (
      <Empty title={`Nothing calls ${search.around}, and it calls nothing`}>Choose another, or a longer time.</Empty>
    );
  return (
    <Empty title={`No calls in this time range${search.environment ? ` in ${search.environment}` : ""}`}>
      A line is drawn where a span has a parent in another service, and where a client, producer or consumer span names
      the database, the queue or the address that it uses. It appears about a minute after the call.
    </Empty>
  );
}
