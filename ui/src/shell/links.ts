/** Links within a page differ in their search alone: each says by itself whether it is the current one. */
export const WHOLE = { exact: true, includeSearch: true, explicitUndefined: true } as const;
