import { useState } from "react";
import { useAsk } from "@/api/client";
import { Combo } from "@/parts/Combo";
import { Condition } from "@/parts/Condition";
import { Conditions, Field } from "@/parts/Filters";
import { useRange } from "@/shell/range";
import { asParameters } from "@/time";
import { DURATION, type TraceSearch } from "./search";

type Change = (change: Partial<TraceSearch>) => void;

/** What traces must have in one of their spans, chosen from what there is in the time range. */
export function Filters({ search, change }: { search: TraceSearch; change: Change }) {
  const { range } = useRange();
  const query = asParameters(range);
  const services = useAsk("/api/v1/services", { query });
  const operations = useAsk(
    "/api/v1/services/{name}/operations",
    { path: { name: search.service ?? "" }, query },
    { enabled: Boolean(search.service) },
  );
  return (
    <section className="panel filters" aria-label="Filters">
      <Field label="Service">
        <Combo
          label="Service"
          value={search.service ?? ""}
          choices={(services.data?.services ?? [])
            .filter(({ spans }) => spans > 0)
            .map(({ name, spans }) => ({ name, items: spans }))}
          choose={(service) => change({ service: service || undefined, operation: undefined })}
        />
      </Field>
      <Field label="Operation">
        <Combo
          label="Operation"
          value={search.operation ?? ""}
          choices={operationChoices(operations.data?.operations ?? [])}
          choose={(operation) => change({ operation: operation || undefined })}
        />
      </Field>
      <Field label="Status">
        <select
          className="input"
          aria-label="Status"
          value={search.status ?? ""}
          onChange={(event) => change({ status: (event.target.value || undefined) as TraceSearch["status"] })}
        >
          <option value="">any</option>
          <option value="error">error</option>
          <option value="ok">ok</option>
          <option value="unset">unset</option>
        </select>
      </Field>
      <Field label="Span takes at least">
        <DurationInput label="Shortest" value={search.min} choose={(min) => change({ min })} />
      </Field>
      <Field label="and at most">
        <DurationInput label="Longest" value={search.max} choose={(max) => change({ max })} />
      </Field>
      <Conditions
        of="spans"
        service={search.service}
        conditions={search.attribute ?? []}
        change={(attribute) => change({ attribute })}
      >
        {search.caller && (
          <Condition text={`called by ${search.caller}`} remove={() => change({ caller: undefined })} />
        )}
        {search.peer && (
          <Condition text={`calls or takes from ${search.peer}`} remove={() => change({ peer: undefined })} />
        )}
      </Conditions>
    </section>
  );
}

function operationChoices(operations: { name: string; spans: number }[]) {
  const counts = new Map<string, number>();
  for (const { name, spans } of operations) counts.set(name, (counts.get(name) ?? 0) + spans);
  return [...counts].map(([name, items]) => ({ name, items }));
}

function DurationInput({
  label,
  value = "",
  choose,
}: {
  label: string;
  value?: string | undefined;
  choose: (value: string | undefined) => void;
}) {
  const [text, setText] = useState(value);
  const valid = text === "" || DURATION.test(text);
  const done = () => valid && text !== value && choose(text || undefined);
  return (
    <input
      key={value}
      className="input"
      aria-label={label}
      aria-invalid={!valid}
      title={valid ? "" : "a number and ns, us, ms, s, m or h, such as 250ms"}
      placeholder="250ms"
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={done}
      onKeyDown={(event) => event.key === "Enter" && done()}
    />
  );
}
