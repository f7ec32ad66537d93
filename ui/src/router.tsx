import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  retainSearchParams,
} from "@tanstack/react-router";
import { readFrameworkSearch } from "./pages/compliance/search";
import { readDeliverySearch } from "./pages/delivery/search";
import { Home } from "./pages/home/Home";
import { parseLogSearch } from "./pages/logs/search";
import { Missing } from "./pages/Missing";
import { parseMapSearch } from "./pages/map/search";
import { parseMetricSearch } from "./pages/metrics/search";
import { readPipelineSearch } from "./pages/pipeline/search";
import { readServiceSearch } from "./pages/service/search";
import { parseTraceView } from "./pages/trace/view";
import { parseTraceSearch } from "./pages/traces/search";
import { Shell } from "./shell/Shell";
import { DEFAULT_RANGE, parseRange } from "./time";

/** What every page has in its URL: the time range, unless it is the default. */
type Kept = { from?: string; to?: string | undefined };

const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Shell,
  notFoundComponent: Missing,
  validateSearch: ({ from, to }: Record<string, unknown>): Kept => {
    const range = parseRange(from, to);
    return range.from === DEFAULT_RANGE.from && range.to === undefined ? {} : range;
  },
  search: { middlewares: [retainSearchParams(["from", "to"])] },
});

const home = createRoute({ getParentRoute: () => root, path: "/", component: Home });

const service = createRoute({
  getParentRoute: () => root,
  path: "/services/$name",
  validateSearch: readServiceSearch,
  component: lazyRouteComponent(() => import("./pages/service/Service"), "Service"),
});

const traces = createRoute({
  getParentRoute: () => root,
  path: "/traces",
  validateSearch: parseTraceSearch,
  component: lazyRouteComponent(() => import("./pages/traces/Traces"), "Traces"),
});

const trace = createRoute({
  getParentRoute: () => root,
  path: "/traces/$traceId",
  validateSearch: parseTraceView,
  component: lazyRouteComponent(() => import("./pages/trace/TracePage"), "TracePage"),
});

const logs = createRoute({
  getParentRoute: () => root,
  path: "/logs",
  validateSearch: parseLogSearch,
  component: lazyRouteComponent(() => import("./pages/logs/Logs"), "Logs"),
});

// The server's own metrics are at /metrics.
const metrics = createRoute({
  getParentRoute: () => root,
  path: "/explore/metrics",
  validateSearch: parseMetricSearch,
  component: lazyRouteComponent(() => import("./pages/metrics/Metrics"), "Metrics"),
});

const map = createRoute({
  getParentRoute: () => root,
  path: "/map",
  validateSearch: parseMapSearch,
  component: lazyRouteComponent(() => import("./pages/map/ServiceMap"), "ServiceMap"),
});

const delivery = createRoute({
  getParentRoute: () => root,
  path: "/delivery",
  validateSearch: readDeliverySearch,
  component: lazyRouteComponent(() => import("./pages/delivery/Delivery"), "Delivery"),
});

const gates = createRoute({
  getParentRoute: () => root,
  path: "/gates",
  validateSearch: ({ find }: Record<string, unknown>): { find?: string } =>
    typeof find === "string" && find ? { find } : {},
  component: lazyRouteComponent(() => import("./pages/gates/Gates"), "Gates"),
});

const gate = createRoute({
  getParentRoute: () => root,
  path: "/gates/$gate",
  component: lazyRouteComponent(() => import("./pages/gates/Gate"), "Gate"),
});

const evaluation = createRoute({
  getParentRoute: () => root,
  path: "/gates/$gate/$evaluation",
  component: lazyRouteComponent(() => import("./pages/gates/EvaluationPage"), "EvaluationPage"),
});

const compliance = createRoute({
  getParentRoute: () => root,
  path: "/compliance",
  component: lazyRouteComponent(() => import("./pages/compliance/Compliance"), "Compliance"),
});

const framework = createRoute({
  getParentRoute: () => root,
  path: "/compliance/$framework",
  validateSearch: readFrameworkSearch,
  component: lazyRouteComponent(() => import("./pages/compliance/Framework"), "Framework"),
});

const pipeline = createRoute({
  getParentRoute: () => root,
  path: "/pipeline",
  validateSearch: readPipelineSearch,
  component: lazyRouteComponent(() => import("./pages/pipeline/Pipeline"), "Pipeline"),
});

/** Make the router of the application. */
export function makeRouter(queries: QueryClient) {
  return createRouter({
    routeTree: root.addChildren([
      home,
      service,
      traces,
      trace,
      logs,
      metrics,
      map,
      delivery,
      gates,
      gate,
      evaluation,
      compliance,
      framework,
      pipeline,
    ]),
    context: { queries },
    defaultPreload: "intent",
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
