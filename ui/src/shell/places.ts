import { House, type LucideIcon } from "lucide-react";

/** Where the navigation leads; `key` goes there after `g`. */
export type Place = { to: "/"; title: string; key: string; icon: LucideIcon };

export const PLACES: Place[] = [{ to: "/", title: "Home", key: "h", icon: House }];
