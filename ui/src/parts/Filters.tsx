import { type ReactNode, useState } from "react";
import { useAsk } from "@/api/client";
import { useRange } from "@/shell/range";
import { asParameters } from "@/time";
import { Combo } from "./Combo";
import { Condition } from "./Condition";
import { parseCondition } from "./searching";
import "./filters.css";

/** A control of a filter below its name. */
export function Field({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="field">
      <span className="quiet" aria-hidden>
        {label}
      </span>
      {children}
    </div>
  );
}

/** What attributes are looked for in. */
type Of = { of: "spans" | "logs" | "metrics"; service?: string | undefined; metric?: string };

/** Conditions on attributes: those that hold, each to be taken away, and a form for one more out of what there is. */
export function Conditions({
  conditions,
  change,
  children,
  ...of
}: Of & {
  conditions: string[];
  change: (conditions: string[]) => void;
  /** Further conditions that hold. */
  children?: ReactNode;
}) {
  return (
    <div className="conditions">
      {children}
      {conditions.map((condition) => {
        const { key, operator, value } = parseCondition(condition) ?? { key: condition, operator: "", value: "" };
        return (
          <Condition
            key={condition}
            text={`${key} ${operator} ${value}`}
            remove={() => change(conditions.filter((each) => each !== condition))}
          />
        );
      })}
      <NewCondition
        {...of}
        add={(condition) => change([...conditions.filter((each) => each !== condition), condition])}
      />
    </div>
  );
}

const OPERATORS = ["=", "!=", ">", ">=", "<", "<="];

function NewCondition({ add, ...of }: Of & { add: (condition: string) => void }) {
  const { range } = useRange();
  const query = { ...asParameters(range), ...of };
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
