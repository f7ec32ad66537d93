import { Search } from "lucide-react";
import { type KeyboardEvent, useId, useMemo, useRef, useState } from "react";
import { useAsk } from "@/api/client";
import { formatCount } from "@/format";
import type { Choice } from "@/parts/Combo";
import { Condition } from "@/parts/Condition";
import { useRange } from "@/shell/range";
import { asParameters } from "@/time";
import { type Change, FIELDS, type LogSearch, parseTyped, SEVERITIES, tokens, withoutToken, withTyped } from "./search";

const SHOWN = 60;

/** A suggestion: `text` is what the field then holds; it is a whole condition if it is `done`. */
type Suggestion = Choice & { text: string; done: boolean };

/**
 * The conditions that records must meet, each to be taken away, and a field for one more: `key=value`, completed from the
 * attributes and values that there are, or a text to look for in the body. No list of choices fits what is typed in two parts,
 * so the field is a combobox of its own, after the pattern of WAI-ARIA.
 */
export function QueryBar({ search, change }: { search: LogSearch; change: (made: Change) => void }) {
  const [typed, setTyped] = useState("");
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const [problem, setProblem] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const suggestions = useSuggestions(search, typed, open);
  const shown = open && suggestions.length > 0;
  const held = tokens(search);

  const type = (text: string) => {
    setTyped(text);
    setAt(-1);
    setProblem("");
    setOpen(true);
  };
  const add = (text: string) => {
    if (!text.trim()) return;
    const made = withTyped(search, text);
    if ("problem" in made) return setProblem(made.problem);
    change(made.change);
    type("");
  };
  const choose = ({ text, done }: Suggestion) => {
    if (done) add(text);
    else type(text);
    field.current?.focus();
  };
  const press = (event: KeyboardEvent) => {
    const chosen = shown ? suggestions[at] : undefined;
    const last = held.at(-1);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!shown) setOpen(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      // One place more than there are suggestions: none of them.
      const places = suggestions.length + 1;
      setAt(((at + 1 + step + places) % places) - 1);
    } else if (event.key === "Enter" && chosen) choose(chosen);
    else if (event.key === "Tab" && chosen) choose(chosen);
    else if (event.key === "Enter") add(typed);
    else if (event.key === "Escape" && shown) setOpen(false);
    else if (event.key === "Backspace" && typed === "" && last) change(withoutToken(search, last));
    else return;
    if (event.key !== "Backspace") event.preventDefault();
  };
  return (
    <section className="panel query" aria-label="Query">
      {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: whoever clicks beside the field means it; keys reach it anyway */}
      <div className="query-line" onClick={(event) => event.target === event.currentTarget && field.current?.focus()}>
        <Search size={14} aria-hidden />
        {held.map((token) => (
          <Condition
            key={`${token.key}${token.operator}${token.value}`}
            text={`${token.key} ${token.operator} ${token.value}`}
            remove={() => change(withoutToken(search, token))}
          />
        ))}
        <div className="query-field">
          <input
            ref={field}
            role="combobox"
            aria-label="Add a condition or a text"
            aria-expanded={shown}
            aria-controls={`${id}list`}
            aria-autocomplete="list"
            aria-activedescendant={shown && at >= 0 ? `${id}${at}` : undefined}
            aria-invalid={problem !== ""}
            aria-describedby={problem ? `${id}problem` : undefined}
            autoComplete="off"
            spellCheck={false}
            placeholder={held.length ? "" : "service=… severity>=warn http.route=… or a text in the body"}
            value={typed}
            onChange={(event) => type(event.target.value)}
            onFocus={() => setOpen(true)}
            onBlur={() => setOpen(false)}
            onKeyDown={press}
          />
          <ul
            id={`${id}list`}
            // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: ARIA in HTML lets a list be a listbox
            role="listbox"
            aria-label="Suggestions"
            className="popover suggestions"
            hidden={!shown}
          >
            {suggestions.map((suggestion, place) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: its keys are those of the field
              <li
                key={suggestion.text}
                id={`${id}${place}`}
                // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: ARIA in HTML lets it be an option
                role="option"
                tabIndex={-1}
                aria-selected={place === at}
                ref={(element) => void (place === at && element?.scrollIntoView({ block: "nearest" }))}
                className="choice row"
                data-focused={place === at || undefined}
                // The field keeps the focus, and with it the list.
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => choose(suggestion)}
              >
                <span className="grow breakable">{suggestion.name}</span>
                {suggestion.items !== undefined && (
                  <span className="quiet number">{formatCount(suggestion.items)}</span>
                )}
              </li>
            ))}
          </ul>
        </div>
      </div>
      {problem && (
        <p id={`${id}problem`} className="bad small-text" role="alert">
          {problem}
        </p>
      )}
    </section>
  );
}

/** What may be meant: first a key, and after a comparison its values. */
function useSuggestions(search: LogSearch, typed: string, open: boolean): Suggestion[] {
  const { range } = useRange();
  const asking = { enabled: open, staleTime: 60_000 };
  const query = { ...asParameters(range), of: "logs" as const, service: search.service, limit: 500 };
  const { key, operator, value } = parseTyped(typed);
  const isKey = key === "text" && operator === "~";
  const keys = useAsk("/api/v1/attributes", { query }, asking);
  const name = key === "service" ? "service.name" : key;
  const isAsked = !isKey && !(key in FIELDS && key !== "service");
  const values = useAsk(
    "/api/v1/attributes",
    { query: { ...query, service: key === "service" ? "" : search.service, key: name } },
    { ...asking, enabled: open && isAsked },
  );
  const foundKeys = keys.data?.found;
  const foundValues = values.data?.key === name ? values.data.found : undefined;
  return useMemo(() => {
    if (isKey) return suggestKeys(value, foundKeys ?? []);
    const there = isAsked ? (foundValues ?? []) : fixedValues(key);
    return there
      .filter((choice) => has(choice.name, value))
      .slice(0, SHOWN)
      .map((choice) => ({ ...choice, text: `${key}${operator}${choice.name}`, done: true }));
  }, [isKey, isAsked, key, operator, value, foundKeys, foundValues]);
}

function suggestKeys(typed: string, found: Choice[]): Suggestion[] {
  const fields = Object.entries(FIELDS)
    .filter(([name]) => name !== "text")
    .map(([name, operator]) => ({ name, text: `${name}${operator}`, done: false }));
  const keys = found
    .filter(({ name }) => name !== "service.name")
    .map((choice) => ({ ...choice, text: `${choice.name}=`, done: false }));
  const fitting = [...fields, ...keys].filter(({ name }) => has(name, typed)).slice(0, SHOWN);
  return typed ? [{ name: `body contains “${typed}”`, text: typed, done: true }, ...fitting] : fitting;
}

function fixedValues(key: string): Choice[] {
  if (key === "severity") return SEVERITIES.map((name) => ({ name }));
  return key === "kind" ? [{ name: "record" }, { name: "event" }] : [];
}

function has(name: string, part: string): boolean {
  return name.toLowerCase().includes(part.toLowerCase());
}
