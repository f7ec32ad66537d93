import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { useAsk } from "@/api/client";
import type { Overview } from "@/api/types";
import { formatCount, formatDuration } from "@/format";
import { Badge } from "@/parts/Badge";
import { Copy } from "@/parts/Copy";
import { type Column, DataTable } from "@/parts/DataTable";
import { Panel } from "@/parts/Panel";
import { Code } from "@/parts/Scroll";
import { Empty, Failed, Loading, Partial } from "@/parts/states";
import { Time } from "@/parts/Time";
import { SECTIONS, type Section } from "./search";

/** A rule of any section in words: what it is called, what kind it is, and what it says. */
type Line = { name: string; kind: string; says: string };

/** The policies in force, section by section, each with the SQL that it is. */
export function Policies({ section, choose }: { section: Section; choose: (section: Section) => void }) {
  const asked = useAsk("/api/v1/policies", {}, { refetchInterval: 10_000 });
  return (
    <Panel title="Policies in force" asked={asked} lines={6}>
      {(overview) => {
        const lines = readLines(overview);
        return (
          <div className="stack">
            {overview.problem && (
              <Partial>
                What is written now does not hold: <span className="breakable">{overview.problem}</span>
              </Partial>
            )}
            <p className="quiet small-text">
              Version <code>{overview.version}</code> since <Time at={overview.since} />. Pseudonyms are made with key{" "}
              <code>{overview.key_id}</code>.{" "}
              {Object.keys(overview.given).length
                ? ""
                : "The configuration file has none of its own: these come with Assay."}
            </p>
            <Tabs selectedKey={section} onSelectionChange={(key) => choose(key as Section)}>
              <TabList aria-label="Sections" className="tabs scroll-x">
                {SECTIONS.map((each) => (
                  <Tab key={each} id={each} className="capital">
                    {each} <span className="quiet">{formatCount(lines[each].length)}</span>
                  </Tab>
                ))}
              </TabList>
              {SECTIONS.map((each) => (
                <TabPanel key={each} id={each} className="stack section">
                  {each === "sampling" && <Sampling overview={overview} />}
                  {lines[each].length ? (
                    <DataTable
                      label={each}
                      rows={lines[each]}
                      columns={COLUMNS}
                      identify={({ name, kind }) => `${kind} ${name}`}
                    />
                  ) : (
                    <Empty title={`There is no policy of ${each}`} />
                  )}
                  <AsSql section={each} version={overview.version} />
                </TabPanel>
              ))}
            </Tabs>
          </div>
        );
      }}
    </Panel>
  );
}

function Sampling({ overview: { sampling } }: { overview: Overview }) {
  return (
    <>
      <p>
        {sampling.enabled
          ? `A trace is kept if one of these policies samples it; every span can be seen for the hot window of ${formatDuration(sampling.hot_window_seconds * 1e9)}.`
          : "Sampling is off: every span is kept."}
      </p>
      {sampling.notes.map((note) => (
        <Partial key={note}>{note}</Partial>
      ))}
    </>
  );
}

function AsSql({ section, version }: { section: Section; version: string }) {
  const { data, error, refetch } = useAsk("/api/v1/policies/sql", {}, { staleTime: 60_000 });
  return (
    <div className="stack" style={{ gap: 8 }}>
      <div className="row">
        <h3 className="grow">
          As SQL{" "}
          <span className="quiet">
            version {version}; as `assay policy explain {section}` prints it
          </span>
        </h3>
        {data && <Copy text={data[section]} label="Copy SQL" />}
      </div>
      {data ? <Code>{data[section]}</Code> : error ? <Failed error={error} retry={() => refetch()} /> : <Loading />}
    </div>
  );
}

const COLUMNS: Column<Line>[] = [
  { name: "name", title: "Name", cell: ({ name }) => <span className="mono">{name}</span> },
  { name: "kind", title: "Kind", cell: ({ kind }) => <Badge>{kind}</Badge> },
  { name: "says", title: "What it says", cell: ({ says }) => <code className="says breakable">{says}</code> },
];

function readLines({ filters, enrichment, scrubbing, sampling }: Overview): Record<Section, Line[]> {
  return {
    filters: filters.map(({ name, signal, condition }) => ({ name, kind: signal, says: `drop if ${condition}` })),
    enrichment: enrichment.map(({ place, ...steps }) => ({
      name: place,
      kind: "attributes",
      says: Object.entries(steps)
        .filter(([, step]) => Object.keys(step).length > 0)
        .map(([step, what]) => `${step} ${JSON.stringify(what)}`)
        .join("; "),
    })),
    scrubbing: scrubbing.map(({ name, kind, action, label, keys }) => ({
      name,
      kind: kind.replace("_", " "),
      says: keys.length ? `${action} ${keys.join(", ")}` : `${action} every ${label} that is found in a text`,
    })),
    sampling: sampling.policies.map(({ name, type, options }) => ({
      name,
      kind: type.replaceAll("_", " "),
      says: JSON.stringify(options),
    })),
  };
}
