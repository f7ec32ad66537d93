import type { ReactNode } from "react";

export type Tone = "good" | "warn" | "bad" | "accent" | "plain";

/** A short word that stands out by its colour; `title` says more on hover. */
export function Badge({ tone = "plain", title, children }: { tone?: Tone; title?: string; children: ReactNode }) {
  return (
    <span className={`badge ${tone}`} title={title}>
      {children}
    </span>
  );
}
