import { type Group, groupByPath, type Tree } from "./model";

/** Spans that are called alike in two traces; `more` is how much longer they take here, in nanoseconds. */
export type Difference = {
  path: string;
  service: string;
  name: string;
  depth: number;
  here: Group | undefined;
  there: Group | undefined;
  more: number;
};

/** Set two traces side by side, in the order of the first; what only the other has comes below its parent. */
export function compareTrees(here: Tree, there: Tree): Difference[] {
  return pair(groupByPath(here), groupByPath(there), 0);
}

function pair(here: Group[], there: Group[], depth: number): Difference[] {
  const others = new Map(there.map((group) => [group.path, group]));
  const known = new Set(here.map(({ path }) => path));
  const pairs = [
    ...here.map((group) => ({ here: group, there: others.get(group.path) })),
    ...there.filter(({ path }) => !known.has(path)).map((group) => ({ here: undefined, there: group })),
  ];
  return pairs.flatMap(({ here, there }) => {
    const either = (here ?? there) as Group;
    const own = { path: either.path, service: either.service, name: either.name, depth, here, there };
    const more = (here?.total ?? 0) - (there?.total ?? 0);
    return [{ ...own, more }, ...pair(here?.children ?? [], there?.children ?? [], depth + 1)];
  });
}
