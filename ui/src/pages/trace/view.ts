/** How a trace is looked at, as it is in the URL. */
export type TraceView = {
  /** The span that is chosen. */
  span?: string;
  view?: "flame" | "logs" | "compare";
  /** The trace that it is compared with. */
  with?: string;
  /** What is searched for within it. */
  find?: string;
  /** The part of its time that is shown, in microseconds from its start. */
  zoom?: [from: number, to: number];
};

const VIEWS = ["flame", "logs", "compare"] as const;
const TRACE_ID = /^[0-9a-fA-F]{32}$/;

/** Read a view out of a URL; what is none is left out. */
export function parseTraceView({ span, view, with: other, find, zoom }: Record<string, unknown>): TraceView {
  const isZoom = Array.isArray(zoom) && zoom.length === 2 && zoom.every(Number.isFinite) && zoom[0] < zoom[1];
  return {
    // A span id of digits alone is read as a number.
    ...(/^[0-9a-f]{1,16}$/i.test(String(span)) ? { span: String(span).padStart(16, "0") } : {}),
    ...(VIEWS.find((each) => each === view) ? { view: view as TraceView["view"] } : {}),
    ...(TRACE_ID.test(String(other)) ? { with: String(other) } : {}),
    ...(typeof find === "string" && find ? { find } : {}),
    ...(isZoom ? { zoom: zoom as [number, number] } : {}),
  };
}
