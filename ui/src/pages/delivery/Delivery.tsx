import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { X } from "lucide-react";
import { Fragment, useCallback, useMemo } from "react";
import { type Answer, useAsk } from "@/api/client";
import { Frame } from "@/parts/Panel";
import { Select } from "@/parts/Select";
import { Empty, Failed, Loading } from "@/parts/states";
import { Page } from "@/shell/Page";
import { Breakdown } from "./Breakdown";
import { Detail } from "./Detail";
import "./delivery.css";
import { Figures } from "./Figures";
import { Behind } from "./Lists";
import { METRICS, type Metric } from "./metrics";
import { DEFAULT_WINDOW, type DeliverySearch, WINDOWS } from "./search";
import { stepStarts } from "./stepStarts";

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const WINDOW_TITLES = WINDOWS.map((days) => [String(days), days === 365 ? "1 year" : `${days} days`] as const);

/** How software is delivered: the DORA numbers, and the deployments, changes and incidents behind each. */
export function Delivery() {
  const search = useSearch({ from: "/delivery" });
  const navigate = useNavigate();
  const change = useCallback(
    (next: DeliverySearch) =>
      void navigate({ to: ".", search: (before) => ({ ...before, ...next }), resetScroll: false }),
    [navigate],
  );
  const { window = DEFAULT_WINDOW, service, team, environment, edition } = search;
  const scope = { window, time_zone: ZONE, service, team, environment };
  const dora = useAsk("/api/v1/dora", { query: { ...scope, by: "environment", edition } });
  const everywhere = useAsk(
    "/api/v1/dora",
    { query: { window: 365, time_zone: ZONE, environment: "", by: "environment" } },
    { staleTime: 60_000 },
  );
  const group = dora.data?.groups[0];
  const environments = everywhere.data?.groups.map(({ environment }) => environment) ?? [];
  const here = environment ?? group?.environment;
  return (
    <Page
      title="Delivery"
      timeless
      about={<Chosen search={search} change={change} />}
      actions={
        <>
          {here !== undefined && (
            <Select
              label="Environment"
              value={here}
              options={[...new Set([here, ...environments])].map((name) => [name, name || "(none)"] as const)}
              onChange={(chosen) => change({ environment: chosen })}
            />
          )}
          <Select
            label="Last"
            value={String(window)}
            options={WINDOW_TITLES}
            onChange={(days) => change({ window: Number(days) })}
          />
        </>
      }
    >
      {dora.data && group ? (
        <Numbers
          search={search}
          dora={dora.data}
          question={dora.question}
          group={group}
          scope={scope}
          change={change}
        />
      ) : (
        <Frame title="Delivery metrics" questions={[dora.question]}>
          {dora.data ? (
            <Nothing environments={environments} />
          ) : dora.error ? (
            <Failed error={dora.error} retry={() => dora.refetch()} />
          ) : (
            <Loading lines={8} />
          )}
        </Frame>
      )}
    </Page>
  );
}

type Scope = { window: number; time_zone: string; service?: string; team?: string; environment?: string };

function Numbers({
  search,
  dora,
  question,
  group,
  scope,
  change,
}: {
  search: DeliverySearch;
  dora: Answer<"/api/v1/dora">;
  question: string;
  group: Answer<"/api/v1/dora">["groups"][number];
  scope: Partial<Scope>;
  change: (next: DeliverySearch) => void;
}) {
  const asked = useAsk("/api/v1/dora/course", { query: scope });
  const course = asked.data;
  const metric = METRICS.find(({ name }) => name === search.metric) ?? (METRICS[0] as Metric);
  const steps = useMemo(() => {
    if (!course) return undefined;
    const { starts, byStart } = stepStarts(course);
    return starts.map((start) => byStart.get(start));
  }, [course]);
  return (
    <>
      <Figures
        group={group}
        chosen={metric.name}
        course={(each) =>
          steps?.map((step) => (step ? each.step(step) : each.name === "deployments_per_day" ? 0 : null))
        }
      />
      <Detail
        metric={metric}
        dora={dora}
        group={group}
        course={course}
        questions={[question, asked.question]}
        onEdition={(edition) => change({ edition })}
      />
      {!search.service && <Breakdown by={search.by ?? "service"} query={{ ...scope, edition: search.edition }} />}
      <Behind list={metric.list} query={scope} />
    </>
  );
}

function Chosen({ search, change }: { search: DeliverySearch; change: (next: DeliverySearch) => void }) {
  const { service, team } = search;
  if (!service && !team) return "All services and teams";
  return (
    <>
      {service && <Chip name="service" value={service} onRemove={() => change({ service: undefined })} />}
      {team && <Chip name="team" value={team} onRemove={() => change({ team: undefined })} />}
    </>
  );
}

function Chip({ name, value, onRemove }: { name: string; value: string; onRemove: () => void }) {
  return (
    <button type="button" className="button small" onClick={onRemove} aria-label={`All instead of ${name} ${value}`}>
      <span className="quiet">{name}</span> {value} <X size={12} aria-hidden />
    </button>
  );
}

function Nothing({ environments }: { environments: string[] }) {
  if (environments.length)
    return (
      <Empty title="No deployment of this is known in this window and environment">
        There are deployments in{" "}
        {environments.map((name, place) => (
          <Fragment key={name}>
            {place > 0 && ", "}
            <Link to="." search={(before) => ({ ...before, environment: name })}>
              {name || "no environment"}
            </Link>
          </Fragment>
        ))}
        .
      </Empty>
    );
  return (
    <Empty title="No deployment is known yet">
      Tell Assay of one at the end of your pipeline, with{" "}
      <code>assay deployment finished --environment production</code>, or let your forge do it by a webhook.
    </Empty>
  );
}
