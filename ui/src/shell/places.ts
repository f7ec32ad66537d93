import {
  ChartLine,
  ClipboardCheck,
  House,
  ListTree,
  type LucideIcon,
  Rocket,
  ScrollText,
  ShieldCheck,
  Waypoints,
  Workflow,
} from "lucide-react";

/** Where the navigation leads; `key` goes there after `g`. */
export type Place = {
  to: "/" | "/traces" | "/logs" | "/explore/metrics" | "/map" | "/delivery" | "/gates" | "/compliance" | "/pipeline";
  title: string;
  key: string;
  icon: LucideIcon;
};

export const PLACES: Place[] = [
  { to: "/", title: "Home", key: "h", icon: House },
  { to: "/traces", title: "Traces", key: "t", icon: ListTree },
  { to: "/logs", title: "Logs", key: "l", icon: ScrollText },
  { to: "/explore/metrics", title: "Metrics", key: "e", icon: ChartLine },
  { to: "/map", title: "Service map", key: "m", icon: Waypoints },
  { to: "/delivery", title: "Delivery", key: "d", icon: Rocket },
  { to: "/gates", title: "Gates", key: "q", icon: ShieldCheck },
  { to: "/compliance", title: "Compliance", key: "c", icon: ClipboardCheck },
  { to: "/pipeline", title: "Pipeline", key: "p", icon: Workflow },
];
