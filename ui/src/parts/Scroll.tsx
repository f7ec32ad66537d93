import type { ReactNode } from "react";

/** A part that scrolls by itself, and by the keyboard too. */
export function Scroll({ label, className, children }: { label: string; className: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={className} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}

/** Text as it is typed or stored. */
export function Code({ children, quiet = false }: { children: string; quiet?: boolean }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <pre className={quiet ? "code quiet" : "code"} tabIndex={0}>
      {children}
    </pre>
  );
}
