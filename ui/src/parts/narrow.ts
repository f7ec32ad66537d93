import { useSyncExternalStore } from "react";

const narrow = window.matchMedia("(max-width: 720px)");

function listen(listener: () => void): () => void {
  narrow.addEventListener("change", listener);
  return () => narrow.removeEventListener("change", listener);
}

/** Whether there is as little room as on a telephone. */
export function useNarrow(): boolean {
  return useSyncExternalStore(listen, () => narrow.matches);
}
