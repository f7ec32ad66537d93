import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { DEFAULT_RANGE, isMoving, type Range } from "@/time";

const REFRESH_MILLISECONDS = 15_000;

/** The time range in the URL, how to change it, and how often to ask again: a range that ends now moves on. */
export function useRange(): { range: Range; setRange: (range: Range) => void; refetchInterval: number | false } {
  const { from, to } = useSearch({ from: "__root__" });
  const navigate = useNavigate();
  const range = useMemo<Range>(() => (from ? { from, to } : DEFAULT_RANGE), [from, to]);
  const setRange = useCallback(
    (next: Range) => {
      void navigate({ to: ".", search: (before) => ({ ...before, from: next.from, to: next.to }) });
    },
    [navigate],
  );
  return { range, setRange, refetchInterval: isMoving(range) ? REFRESH_MILLISECONDS : false };
}
