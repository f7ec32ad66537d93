import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Badge, type Tone } from "./Badge";

const TONES: Record<string, Tone> = { passed: "good", warning: "warn", failed: "bad" };

/** What a gate said; `title` says more on hover. */
export function GateResult({ result, title }: { result: string; title?: string }) {
  return (
    <Badge tone={TONES[result] ?? "plain"} {...(title ? { title } : {})}>
      {result}
    </Badge>
  );
}

/** A link to an evaluation, or to its gate where another tool reported it. */
export function GateLink({ gate, evaluation, children }: { gate: string; evaluation: string; children: ReactNode }) {
  return evaluation ? (
    <Link to="/gates/$gate/$evaluation" params={{ gate, evaluation }}>
      {children}
    </Link>
  ) : (
    <Link to="/gates/$gate" params={{ gate }}>
      {children}
    </Link>
  );
}
