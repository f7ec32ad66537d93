import type { ReactNode } from "react";
import "./facts.css";

/** One line of a `<dl className="facts">`: a name, and what is known. */
export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
