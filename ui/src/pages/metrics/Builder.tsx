import { useAsk } from "@/api/client";
import type { Metric } from "@/api/types";
import { Combo } from "@/parts/Combo";
import { Condition } from "@/parts/Condition";
import { Conditions, Field } from "@/parts/Filters";
import { useRange } from "@/shell/range";
import { asParameters } from "@/time";
import { choicesOf, kindName } from "./kinds";
import { type Kind, type MetricSearch, TOPS } from "./search";

export type Change = (made: { [K in keyof MetricSearch]?: MetricSearch[K] | undefined }) => void;

const STEPS = ["10s", "30s", "1m", "5m", "15m", "1h", "6h", "1d"];

/** What is asked of a metric: which points, in which series, and what is made of them. */
export function Builder({
  search,
  change,
  pick,
  all,
  known,
}: {
  search: MetricSearch;
  change: Change;
  pick: (metric: string) => void;
  all: Metric[];
  known: Metric[];
}) {
  const names = [...new Set(all.map(({ name }) => name))];
  const kinds = [...new Map(known.map((metric) => [metric.kind, kindName(metric)]))];
  const meant = known.filter(({ kind }) => !search.kind || kind === search.kind);
  const choices = choicesOf(meant);
  const usual = choices[0];
  return (
    <section className="panel filters" aria-label="What is asked">
      <Field label="Metric">
        <div className="metric-name">
          <Combo
            label="Metric"
            value={search.metric ?? ""}
            placeholder="metric"
            choices={names.map((name) => ({ name }))}
            choose={pick}
          />
        </div>
      </Field>
      {kinds.length > 1 && (
        <Field label="Type">
          <select
            className="input"
            aria-label="Type"
            value={search.kind ?? ""}
            onChange={(event) =>
              change({ kind: (event.target.value || undefined) as Kind | undefined, how: undefined })
            }
          >
            <option value="">all</option>
            {kinds.map(([kind, title]) => (
              <option key={kind} value={kind}>
                {title}
              </option>
            ))}
          </select>
        </Field>
      )}
      <Field label="Show">
        <select
          className="input how"
          aria-label="Show"
          value={search.how ?? usual?.[0] ?? ""}
          onChange={(event) => change({ how: event.target.value === usual?.[0] ? undefined : event.target.value })}
        >
          {choices.map(([name, title]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </Field>
      <Field label="Service">
        <Combo
          label="Service"
          value={search.service ?? ""}
          choices={[...new Set(known.flatMap(({ services }) => services))].map((name) => ({ name }))}
          choose={(service) => change({ service: service || undefined })}
        />
      </Field>
      <Field label="Step">
        <select
          className="input"
          aria-label="Step"
          value={search.step ?? ""}
          onChange={(event) => change({ step: event.target.value || undefined })}
        >
          <option value="">as it fits</option>
          {STEPS.map((step) => (
            <option key={step}>{step}</option>
          ))}
        </select>
      </Field>
      <Field label="Series">
        <select
          className="input"
          aria-label="Series"
          value={search.top ?? TOPS[0]}
          onChange={(event) =>
            change({ top: TOPS.find((top) => top > TOPS[0] && top === Number(event.target.value)) as 25 })
          }
        >
          {TOPS.map((top) => (
            <option key={top} value={top}>
              {top} at most
            </option>
          ))}
        </select>
      </Field>
      <Groups search={search} change={change} />
      <Conditions
        of="metrics"
        service={search.service}
        metric={search.metric ?? ""}
        conditions={search.attribute ?? []}
        change={(attribute) => change({ attribute })}
      >
        <span className="quiet small-text part-name">Only where</span>
      </Conditions>
    </section>
  );
}

/** By which attributes series are made. */
function Groups({ search, change }: { search: MetricSearch; change: Change }) {
  const { range } = useRange();
  const { metric = "", service, by = [] } = search;
  const keys = useAsk("/api/v1/attributes", {
    query: { ...asParameters(range), of: "metrics", metric, service, limit: 500 },
  });
  const choices = [{ name: "service.name" }, ...(keys.data?.found ?? [])].filter(({ name }) => !by.includes(name));
  return (
    <div className="conditions">
      <span className="quiet small-text part-name">A series for each</span>
      {by.map((key) => (
        <Condition key={key} text={key} remove={() => change({ by: by.filter((each) => each !== key) })} />
      ))}
      <Combo
        key={by.join()}
        label="Group by"
        value=""
        placeholder={by.length ? "and" : "nothing: one series of all"}
        choices={choices.filter(({ name }, place) => choices.findIndex((each) => each.name === name) === place)}
        choose={(key) => key && change({ by: [...by.filter((each) => each !== key), key] })}
      />
    </div>
  );
}
