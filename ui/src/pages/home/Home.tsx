import { useEffect, useMemo } from "react";
import { useAsk } from "@/api/client";
import type { Services } from "@/api/types";
import { Panel } from "@/parts/Panel";
import { Page } from "@/shell/Page";
import { useRange } from "@/shell/range";
import { asParameters } from "@/time";
import { DeliveryNumbers } from "./DeliveryNumbers";
import { FirstRun } from "./FirstRun";
import { gateStates } from "./gates";
import "./home.css";
import { OpenIncidents } from "./OpenIncidents";
import { RecentDeployments } from "./RecentDeployments";
import { ServicesTable } from "./ServicesTable";

const WAITING_MILLISECONDS = 2_000;

/** The first page: how all services go and how software is delivered, or how to send something if nothing has come yet. */
export function Home() {
  const { range, refetchInterval } = useRange();
  const query = asParameters(range);
  const services = useAsk("/api/v1/services", { query }, { refetchInterval });
  const isQuiet = services.data !== undefined && !hasSender(services.data.services);
  const ever = useAsk(
    "/api/v1/services",
    { query: { start: "30d" } },
    { enabled: isQuiet, refetchInterval: WAITING_MILLISECONDS },
  );
  const incidents = useAsk("/api/v1/dora/incidents", { query: { window: 90, environment: "" } });
  const series = useAsk("/api/v1/services/series", { query }, { refetchInterval });
  const gates = useAsk("/api/v1/gate-evaluations", { query: { limit: 500 } });
  const states = useMemo(() => gateStates(gates.data?.evaluations ?? []), [gates.data]);
  const open = incidents.data?.incidents.filter(({ resolved_at }) => resolved_at === null);

  const hasCome = isQuiet && ever.data !== undefined && hasSender(ever.data.services);
  const { refetch: askServices } = services;
  const { refetch: askSeries } = series;
  useEffect(() => {
    // Who has waited for the first data sees it at once, not when the page asks again by itself.
    if (!hasCome) return;
    void askServices();
    void askSeries();
  }, [hasCome, askServices, askSeries]);

  if (isQuiet && ever.data && !hasSender(ever.data.services))
    return (
      <Page title="Home" timeless about="Nothing has been received yet">
        <FirstRun />
      </Page>
    );
  return (
    <Page title="Home">
      <DeliveryNumbers />
      {open && open.length > 0 && <OpenIncidents incidents={open} question={incidents.question} />}
      <Panel title="Services" asked={services} flush lines={6}>
        {(answer) => (
          <ServicesTable
            services={answer.services}
            series={series.data}
            incidents={open ?? []}
            gates={states}
            range={range}
          />
        )}
      </Panel>
      <RecentDeployments />
    </Page>
  );
}

/** Whether anybody has sent something: Assay's own events are there from the start. */
function hasSender(services: Services): boolean {
  return services.some(({ name }) => name !== "assay");
}
