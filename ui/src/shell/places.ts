import { House, type LucideIcon, Rocket } from "lucide-react";

/** Where the navigation leads; `key` goes there after `g`. */
export type Place = { to: "/" | "/delivery"; title: string; key: string; icon: LucideIcon };

export const PLACES: Place[] = [
  { to: "/", title: "Home", key: "h", icon: House },
  { to: "/delivery", title: "Delivery", key: "d", icon: Rocket },
];
