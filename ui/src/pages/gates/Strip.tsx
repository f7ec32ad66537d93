import { Link } from "@tanstack/react-router";
import type { GateSummary } from "@/api/types";
import { formatTime, milliseconds } from "@/time";
import { gateTone, resultWords } from "./results";

/** Evaluations side by side, the oldest first; each leads to what it found. */
export function Strip({
  label,
  evaluations,
  chosen,
  most = 40,
}: {
  label: string;
  /** The newest first, as the API gives them. */
  evaluations: GateSummary[];
  chosen?: string;
  most?: number;
}) {
  return (
    <ol className="gate-strip" aria-label={label}>
      {evaluations
        .slice(0, most)
        .reverse()
        .map((each) => {
          const said = `${resultWords(each)}, ${formatTime(milliseconds(each.time), Date.now(), "minute")}${each.version ? `, ${each.version}` : ""}`;
          const classes = `gate-cell ${gateTone(each)}${each.id === chosen ? " chosen" : ""}`;
          return (
            <li key={each.id || each.time}>
              {each.id ? (
                <Link
                  to="/gates/$gate/$evaluation"
                  params={{ gate: each.gate, evaluation: each.id }}
                  className={classes}
                  title={said}
                  aria-label={said}
                />
              ) : (
                <span className={classes} title={said} role="img" aria-label={said} />
              )}
            </li>
          );
        })}
    </ol>
  );
}
