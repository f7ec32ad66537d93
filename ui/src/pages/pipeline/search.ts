/** What of the pipeline is looked at, as it is in the URL; what is left out is the first. */
export type PipelineSearch = { view?: View; section?: Section };

const VIEWS = ["effects", "policies", "exporters", "storage"] as const;
export type View = (typeof VIEWS)[number];
export const SECTIONS = ["filters", "enrichment", "scrubbing", "sampling"] as const;
export type Section = (typeof SECTIONS)[number];

/** Read what is looked at out of a URL; what is none is left out. */
export function readPipelineSearch(found: Record<string, unknown>): PipelineSearch {
  const view = VIEWS.find((each) => each === found.view);
  const section = SECTIONS.find((each) => each === found.section && each !== SECTIONS[0]);
  return { ...(view ? { view } : {}), ...(view === "policies" && section ? { section } : {}) };
}
