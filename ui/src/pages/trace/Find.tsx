import { useState } from "react";
import { formatCount } from "@/format";
import type { Node } from "./model";

/** Looks for a text in the spans of a trace; Enter goes to the next span that has it, with shift to the one before. */
export function Find({
  text,
  found,
  at,
  change,
  show,
}: {
  text: string;
  found: Node[] | undefined;
  at: Node | undefined;
  change: (text: string) => void;
  show: (node: Node) => void;
}) {
  const [typed, setTyped] = useState(text);
  const go = (step: 1 | -1) => {
    if (!found?.length) return;
    const here = at ? found.indexOf(at) : -1;
    const next = found[(here + step + found.length) % found.length];
    if (next) show(next);
  };
  return (
    <div className="row">
      <input
        className="input"
        type="search"
        aria-label="Find in this trace"
        placeholder="Find a name, service or attribute"
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          change(event.target.value);
        }}
        onKeyDown={(event) => event.key === "Enter" && go(event.shiftKey ? -1 : 1)}
      />
      {found && (
        <>
          <span className="quiet small-text number" role="status">
            {formatCount(found.length)} {found.length === 1 ? "span" : "spans"}
          </span>
          <button type="button" className="button plain small" onClick={() => go(-1)} aria-label="The one before">
            ↑
          </button>
          <button type="button" className="button plain small" onClick={() => go(1)} aria-label="The next one">
            ↓
          </button>
        </>
      )}
    </div>
  );
}
