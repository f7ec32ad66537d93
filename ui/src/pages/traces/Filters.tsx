import { type ReactNode, useState } from "react";
import { useAsk } from "@/api/client";
import { Combo } from "@/parts/Combo";
import { Condition } from "@/parts/Condition";
import { parseCondition } from "@/parts/searching";
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
      <Conditions search={search} change={change} />
    </section>
  );
}

function operationChoices(operations: { name: string; spans: number }[]) {
  const counts = new Map<string, number>();
  for (const { name, spans } of operations) counts.set(name, (counts.get(name) ?? 0) + spans);
  return [...counts].map(([name, items]) => ({ name, items }));
}

function Field({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="field">
      <span className="quiet" aria-hidden>
        {label}
      </span>
      {children}
    </div>
  );
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

/** The conditions on attributes: those that hold, each to be taken away, and a form for one more. */
function Conditions({ search, change }: { search: TraceSearch; change: Change }) {
  const conditions = search.attribute ?? [];
  return (
    <div className="conditions">
      {conditions.map((condition) => {
        const { key, operator, value } = parseCondition(condition) ?? { key: condition, operator: "", value: "" };
        return (
          <Condition
            key={condition}
            text={`${key} ${operator} ${value}`}
            remove={() => change({ attribute: conditions.filter((each) => each !== condition) })}
          />
        );
      })}
      <NewCondition
        service={search.service ?? ""}
        add={(condition) => change({ attribute: [...conditions.filter((each) => each !== condition), condition] })}
      />
    </div>
  );
}

const OPERATORS = ["=", "!=", ">", ">=", "<", "<="];

function NewCondition({ service, add }: { service: string; add: (condition: string) => void }) {
  const { range } = useRange();
  const query = { ...asParameters(range), service };
  const [key, setKey] = useState("");
  const [operator, setOperator] = useState("=");
  const keys = useAsk("/api/v1/attributes", { query: { ...query, limit: 500 } });
  const values = useAsk("/api/v1/attributes", { query: { ...query, key } }, { enabled: key !== "" });
  return (
    <div className="row new-condition">
      <Combo label="Attribute" value={key} choices={keys.data?.found ?? []} choose={setKey} placeholder="attribute" />
      {key && (
        <>
          <select
            className="input"
            aria-label="Comparison"
            value={operator}
            onChange={(event) => setOperator(event.target.value)}
          >
            {OPERATORS.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
          <Combo
            key={key}
            label="Value"
            value=""
            placeholder="value"
            choices={values.data?.key === key ? values.data.found : []}
            choose={(value) => {
              if (!value) return;
              add(`${key}${operator}${value}`);
              setKey("");
              setOperator("=");
            }}
          />
        </>
      )}
    </div>
  );
}
