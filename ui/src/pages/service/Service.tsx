import { useParams, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { useAsk } from "@/api/client";
import { Badge } from "@/parts/Badge";
import { serviceColour } from "@/parts/colours";
import { Time } from "@/parts/Time";
import { Page } from "@/shell/Page";
import { useRange } from "@/shell/range";
import { asParameters, milliseconds } from "@/time";
import { Compared } from "./Compared";
import { Conventions } from "./Conventions";
import { Dependencies } from "./Dependencies";
import { BaselinesHeld, GatesSaid } from "./Judged";
import { Operations } from "./Operations";
import { RecentLogs } from "./RecentLogs";
import { RedCharts } from "./RedCharts";
import { Versions } from "./Versions";

/** One service: requests, errors and durations with its deployments, what it does, on whom it depends, and its records. */
export function Service() {
  const { name } = useParams({ from: "/services/$name" });
  const search = useSearch({ from: "/services/$name" });
  const { against } = search;
  const { range, refetchInterval } = useRange();
  const query = asParameters(range);
  const services = useAsk("/api/v1/services", { query }, { refetchInterval });
  const deployments = useAsk(
    "/api/v1/events",
    { query: { ...query, service: name, event: "qms.deployment.finished", limit: 100 } },
    { refetchInterval },
  );
  const marks = useMemo(
    () =>
      (deployments.data?.events ?? []).map(({ time, attributes, environment }) => ({
        at: milliseconds(time),
        label: `deployed ${attributes["service.version"]?.value ?? ""} to ${environment || "an environment"}`,
      })),
    [deployments.data],
  );
  const known = services.data?.services.find((each) => each.name === name);
  return (
    <Page
      title={name}
      about={
        <>
          <span className="row">
            <span className="swatch" style={{ "--swatch": serviceColour(name), marginRight: 0 }} />
            service
          </span>
          {known && (
            <span>
              last seen <Time at={known.last_seen} ago />
            </span>
          )}
          {services.data && !known && <Badge tone="warn">nothing received in this time range</Badge>}
        </>
      }
    >
      <RedCharts service={name} marks={marks} />
      <Operations service={name} />
      <div className="columns" style={{ "--least": "420px" }}>
        <Dependencies service={name} />
        <Conventions service={name} />
      </div>
      <Versions service={name} marks={marks} />
      <div className="columns" style={{ "--least": "420px" }}>
        <GatesSaid service={name} />
        <BaselinesHeld service={name} />
      </div>
      {against && <Compared service={name} search={{ ...search, against }} />}
      <RecentLogs service={name} />
    </Page>
  );
}
