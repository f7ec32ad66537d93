import { Link } from "@tanstack/react-router";
import type { Answer } from "@/api/client";
import { formatTime, milliseconds } from "@/time";
import { formatQuantity } from "./quantity";
import { TONES } from "./results";

type Objective = Answer<"/api/v1/gate-evaluations/{id}">["objectives"][number];
type Earlier = Answer<"/api/v1/gate-evaluations/{id}/earlier">["objectives"][number];

/** The values that an objective came to up to this evaluation, with its limits and its baseline: which ones make that is seen. */
export function EarlierValues({
  objective,
  earlier,
  gate,
  evaluation,
}: {
  objective: Objective;
  earlier: Earlier | undefined;
  gate: string;
  evaluation: string;
}) {
  const values = [...(earlier?.values ?? [])].reverse();
  if (values.length < 2 || objective.value === null) return null;
  const format = formatQuantity(objective.dimension);
  const limits = [
    ...new Map(
      objective.criteria.flatMap(({ limit, text, holds }) => (limit === null ? [] : [[limit, { limit, text, holds }]])),
    ).values(),
  ];
  const most =
    Math.max(...values.map(({ value }) => value), ...limits.map(({ limit }) => limit), objective.baseline ?? 0) *
      1.12 || 1;
  const top = (value: number) => `${(1 - Math.max(value, 0) / most) * 100}%`;
  const left = (place: number) => `${((place + 0.5) / values.length) * 100}%`;
  const good = values.filter(({ is_good }) => is_good).length;
  return (
    <figure className="earlier">
      <figcaption className="quiet">
        The last {values.length} values; {good} of evaluations that passed
        {objective.baseline !== null && `, of which the last ${objective.baseline_evaluations} make the baseline`}
      </figcaption>
      <div className="plot">
        {limits.map(({ limit, text, holds }) => (
          <span key={text} className={holds === false ? "line bad" : "line"} style={{ top: top(limit) }}>
            <span>{text}</span>
          </span>
        ))}
        {objective.baseline !== null && (
          <span className="line base" style={{ top: top(objective.baseline) }}>
            <span>baseline {format(objective.baseline)}</span>
          </span>
        )}
        {values.map(({ evaluation: id, value, time, version, counts_as }, place) => {
          const said = `${format(value)}, ${formatTime(milliseconds(time), Date.now(), "minute")}${version ? `, ${version}` : ""}`;
          const classes = `dot ${TONES[counts_as] ?? "plain"}${id === evaluation ? " chosen" : ""}`;
          return (
            <Link
              key={id}
              to="/gates/$gate/$evaluation"
              params={{ gate, evaluation: id }}
              className={classes}
              style={{ left: left(place), top: top(value) }}
              title={said}
              aria-label={said}
            />
          );
        })}
      </div>
    </figure>
  );
}
