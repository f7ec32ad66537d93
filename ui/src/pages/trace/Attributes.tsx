import { Link } from "@tanstack/react-router";
import type { Described } from "@/api/types";
import { formatValue } from "@/parts/value";

const SCALARS = ["string", "int", "double", "bool"];

/** Attributes with the types that they were sent as; each that can be searched for leads to the traces that have it. */
export function Attributes({
  attributes,
  without = [],
}: {
  attributes: Record<string, Described>;
  without?: string[];
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
            <td>
              {SCALARS.includes(described.type) && (
                <Link
                  to="/traces"
                  search={{ attribute: [`${key}=${formatValue(described)}`] }}
                  aria-label={`Traces with this ${key}`}
                  title="Traces with this"
                >
                  ⌕
                </Link>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
