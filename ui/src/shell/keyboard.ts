import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { PLACES } from "./places";

const SEQUENCE_MILLISECONDS = 1200;

/** Listens for `/` (search), `g` and a letter (go to a page), `?` (the keys) and the first arrow down (into the first list). */
export function useKeyboard({ search, help }: { search: () => void; help: () => void }): void {
  const navigate = useNavigate();
  useEffect(() => {
    // Times of events count from the opening of the page, so 0 would be a `g` just now.
    let going = -Infinity;
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const place = PLACES.find(({ key }) => key === event.key);
      if (place && event.timeStamp - going < SEQUENCE_MILLISECONDS) {
        going = -Infinity;
        event.preventDefault();
        void navigate({ to: place.to });
        return;
      }
      going = event.key === "g" ? event.timeStamp : -Infinity;
      if (event.key === "/") search();
      else if (event.key === "?") help();
      else if (event.key === "ArrowDown" && event.target === document.body) focusFirst();
      else return;
      event.preventDefault();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, [navigate, search, help]);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

function focusFirst(): void {
  document.querySelector<HTMLElement>("main :is(tbody tr :is(a, button), [role=treegrid])")?.focus();
}
