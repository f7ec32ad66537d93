import type { ReactNode } from "react";
import type { AskError } from "@/api/client";

/** What is shown in place of an answer that is still awaited. */
export function Loading({ lines = 3 }: { lines?: number }) {
  const widths = [92, 74, 86, 60, 80];
  return (
    <div className="skeleton" role="status">
      <span className="unseen">Loading</span>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are all alike
        <span key={line} style={{ width: `${widths[line % widths.length]}%` }} />
      ))}
    </div>
  );
}

/** An answer that has nothing in it: what that means, and what to do about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="state">
      <strong>{title}</strong>
      {children && <p>{children}</p>}
    </div>
  );
}

/** A question that failed: what went wrong and what to do next, in the server's words. */
export function Failed({ error, retry }: { error: AskError; retry?: () => void }) {
  return (
    <div className="state" role="alert">
      <strong className="bad">{error.message}</strong>
      {error.hint && <p>{error.hint}</p>}
      {retry && (
        <button type="button" className="button" onClick={retry}>
          Ask again
        </button>
      )}
    </div>
  );
}

/** A part of the truth: says what is missing from what is shown. */
export function Partial({ children }: { children: ReactNode }) {
  return (
    <div className="notice" role="note">
      {children}
    </div>
  );
}
