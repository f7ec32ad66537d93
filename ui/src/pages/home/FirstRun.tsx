import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { useAsk } from "@/api/client";
import { Copy } from "@/parts/Copy";
import { Frame } from "@/parts/Panel";
import { Code } from "@/parts/Scroll";
import { recipes } from "./recipes";

/** What there is to see before anything was sent: how to send something. It is replaced as soon as something has come. */
export function FirstRun() {
  const status = useAsk("/api/v1/status", {});
  const ports = status.data?.otlp ?? {};
  const all = recipes({ host: location.hostname, grpc: ports.grpc ?? 4317, http: ports.http ?? 4318 });
  return (
    <Frame title="Send the first telemetry">
      <div className="stack">
        <p className="waiting" role="status">
          <span className="pulse" aria-hidden />
          Waiting for the first data. This page changes by itself when it comes.
        </p>
        <Tabs>
          <TabList aria-label="Ways to send" className="tabs scroll-x">
            {all.map(({ name }) => (
              <Tab key={name} id={name}>
                {name}
              </Tab>
            ))}
          </TabList>
          {all.map(({ name, about, code }) => (
            <TabPanel key={name} id={name} className="stack recipe">
              <div className="row">
                <p className="grow quiet">{about}</p>
                <Copy text={code} />
              </div>
              <Code>{code}</Code>
            </TabPanel>
          ))}
        </Tabs>
        <p className="quiet">
          Or see it with three small services that run here: <code>assay demo</code>
        </p>
      </div>
    </Frame>
  );
}
