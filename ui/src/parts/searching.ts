/** What the URLs of searches have in common. */

/** A text out of a URL; what is none is left out. */
export function readText<Name extends string>(found: Record<string, unknown>, name: Name): { [N in Name]?: string } {
  const value = found[name];
  return typeof value === "string" && value ? ({ [name]: value } as { [N in Name]: string }) : {};
}

/** Conditions on attributes out of a URL, which may have one or several. */
export function readConditions({ attribute }: Record<string, unknown>): { attribute?: string[] } {
  const read = [attribute].flat().filter((each): each is string => typeof each === "string" && each !== "");
  return read.length ? { attribute: read } : {};
}

/** A condition in its parts; undefined if it is none. */
export function parseCondition(condition: string): { key: string; operator: string; value: string } | undefined {
  const match = /^([^=!<>]+)(!=|>=|<=|=|>|<)(.*)$/s.exec(condition);
  return match ? { key: match[1] ?? "", operator: match[2] ?? "=", value: match[3] ?? "" } : undefined;
}
