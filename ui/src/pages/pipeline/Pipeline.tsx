import { useNavigate, useSearch } from "@tanstack/react-router";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { useAsk } from "@/api/client";
import { Badge } from "@/parts/Badge";
import { Page } from "@/shell/Page";
import { Effects } from "./Effects";
import { Exporters } from "./Exporters";
import { Flows, Ways } from "./Flows";
import { OverTime } from "./OverTime";
import { Policies } from "./Policies";
import { StorageView } from "./StorageView";
import { SECTIONS, type Section, type View } from "./search";
import "./pipeline.css";

/** What comes in and what becomes of it: flow, effects of the policies, the policies themselves, exporters and storage. */
export function Pipeline() {
  const { view, section } = useSearch({ from: "/pipeline" });
  const navigate = useNavigate({ from: "/pipeline" });
  const status = useAsk("/api/v1/status", {}, { refetchInterval: 5_000 });
  const failing = Object.entries(status.data?.checks ?? {}).filter(([, works]) => !works);
  const show = (key: string) =>
    void navigate({
      search: ({ view: _, section: __, ...kept }) => ({ ...kept, ...(key === "flow" ? {} : { view: key as View }) }),
      resetScroll: false,
    });
  const choose = (chosen: Section) =>
    void navigate({
      search: ({ section: _, ...kept }) => ({ ...kept, ...(chosen === SECTIONS[0] ? {} : { section: chosen }) }),
      resetScroll: false,
    });
  return (
    <Page
      title="Pipeline"
      about={
        status.data && (
          <>
            {failing.length ? (
              failing.map(([name]) => (
                <Badge key={name} tone="bad">
                  {name} does not work
                </Badge>
              ))
            ) : (
              <Badge tone="good">everything works</Badge>
            )}
            <span>Assay {status.data.version}</span>
          </>
        )
      }
    >
      <Flows asked={status} />
      <Tabs selectedKey={view ?? "flow"} onSelectionChange={(key) => show(String(key))}>
        <TabList aria-label="Parts of the pipeline" className="tabs scroll-x">
          <Tab id="flow">Over time</Tab>
          <Tab id="effects">Scrubbed and filtered</Tab>
          <Tab id="policies">Policies</Tab>
          <Tab id="exporters">Exporters</Tab>
          <Tab id="storage">Storage</Tab>
        </TabList>
        <TabPanel id="flow" className="stack section">
          <OverTime />
          <Ways />
        </TabPanel>
        <TabPanel id="effects" className="section">
          <Effects />
        </TabPanel>
        <TabPanel id="policies" className="section">
          <Policies section={section ?? SECTIONS[0]} choose={choose} />
        </TabPanel>
        <TabPanel id="exporters" className="section">
          <Exporters />
        </TabPanel>
        <TabPanel id="storage" className="section">
          <StorageView status={status} />
        </TabPanel>
      </Tabs>
    </Page>
  );
}
