import { useSyncExternalStore } from "react";

export type Theme = "system" | "light" | "dark";

const KEY = "assay.theme";
const listeners = new Set<() => void>();
const system = window.matchMedia("(prefers-color-scheme: dark)");

function listen(listener: () => void): () => void {
  listeners.add(listener);
  system.addEventListener("change", listener);
  return () => {
    listeners.delete(listener);
    system.removeEventListener("change", listener);
  };
}

function chosen(): Theme {
  const theme = document.documentElement.dataset.theme;
  return theme === "light" || theme === "dark" ? theme : "system";
}

/** Choose light, dark, or what the system says; it is remembered in this browser. */
export function chooseTheme(theme: Theme): void {
  if (theme === "system") {
    localStorage.removeItem(KEY);
    delete document.documentElement.dataset.theme;
  } else {
    localStorage.setItem(KEY, theme);
    document.documentElement.dataset.theme = theme;
  }
  for (const listener of listeners) listener();
}

/** What is chosen, and whether it is dark now: what is drawn on a canvas has to be drawn again when that changes. */
export function useTheme(): { theme: Theme; dark: boolean } {
  const theme = useSyncExternalStore(listen, chosen);
  const dark = useSyncExternalStore(listen, () => (chosen() === "system" ? system.matches : chosen() === "dark"));
  return { theme, dark };
}
