import type { Answer } from "@/api/client";
import type { Tone } from "@/parts/Badge";

type Rule = Answer<"/api/v1/dora">["bands"][string][number];

/** A part of a scale, from `from` up to `to`, that one band has. */
export type Zone = { band: string; from: number; to: number };

export const TONES: Record<string, Tone> = { elite: "good", high: "good", medium: "warn", low: "bad" };

/**
 * The zones of a scale in ascending order, from the rules of one metric, the best first.
 *
 * Rules whose key is another than `key` say nothing about this scale; what lies beyond all limits is the band without one.
 */
export function zonesOf(rules: Rule[], key: string): Zone[] {
  const limits = rules.filter((rule) => rule.key === key);
  const otherwise = rules.find((rule) => rule.key === null);
  const rising = limits.some((rule) => (rule.at_least ?? rule.above) !== null);
  const zones: Zone[] = [];
  if (rising && !limits.some((rule) => (rule.below ?? rule.at_most) !== null)) {
    let to = Number.POSITIVE_INFINITY;
    for (const rule of limits) {
      const from = rule.at_least ?? rule.above ?? 0;
      zones.unshift({ band: rule.band, from, to });
      to = from;
    }
    const rest = rules.slice(rules.findLastIndex((rule) => rule.key === key) + 1).map(({ band }) => band);
    if (rest.length && to > 0) zones.unshift({ band: rest.join(" / "), from: 0, to });
    return zones;
  }
  let from = 0;
  for (const rule of limits) {
    const to = rule.below ?? rule.at_most ?? Number.POSITIVE_INFINITY;
    const begins = rule.at_least ?? rule.above ?? from;
    if (begins > from) zones.push({ band: "", from, to: begins });
    zones.push({ band: rule.band, from: begins, to });
    from = to;
  }
  if (from < Number.POSITIVE_INFINITY) zones.push({ band: otherwise?.band ?? "", from, to: Number.POSITIVE_INFINITY });
  return zones;
}
