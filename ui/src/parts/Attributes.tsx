import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Described } from "@/api/types";
import "./facts.css";
import { formatValue } from "./value";

const SCALARS = ["string", "int", "double", "bool"];

/** Attributes with the types that they were sent as; each that can be searched for has links that do so, which `find` makes. */
export function Attributes({
  attributes,
  without = [],
  find = tracesWith,
}: {
  attributes: Record<string, Described>;
  without?: string[];
  find?: (key: string, value: string) => ReactNode;
}) {
  const shown = Object.entries(attributes).filter(([key]) => !without.includes(key));
  if (!shown.length) return null;
  return (
    <table className="attributes mono">
      <tbody>
        {shown.map(([key, described]) => (
          <tr key={key}>
            <th scope="row" className="breakable">
              {key}
            </th>
            <td className="breakable">
              <span className="attribute-value">{formatValue(described)}</span>{" "}
              {described.type !== "string" && <span className="type quiet">{described.type}</span>}
            </td>
            <td>{SCALARS.includes(described.type) && find(key, formatValue(described))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function tracesWith(key: string, value: string): ReactNode {
  return (
    <Link
      to="/traces"
      search={{ attribute: [`${key}=${value}`] }}
      aria-label={`Traces with this ${key}`}
      title="Traces with this"
    >
      ⌕
    </Link>
  );
}
