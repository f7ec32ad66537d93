import { ComboBox, Input, ListBox, ListBoxItem, Popover } from "react-aria-components";
import { formatCount } from "@/format";
import "./filters.css";

/** What can be chosen, and how often it is there. */
export type Choice = { name: string; items?: number };

/**
 * A field with suggestions: what is chosen or typed is given to `choose` on Enter, on choosing and when the field is left.
 * The suggestions follow what is typed; `type` is told of that, to ask for others.
 */
export function Combo({
  label,
  value,
  choices,
  choose,
  type,
  placeholder = "any",
}: {
  label: string;
  value: string;
  choices: Choice[];
  choose: (value: string) => void;
  type?: (text: string) => void;
  placeholder?: string;
}) {
  return (
    <ComboBox
      key={value}
      aria-label={label}
      className="combo"
      allowsCustomValue
      allowsEmptyCollection
      menuTrigger="focus"
      defaultInputValue={value}
      defaultItems={choices.map((choice) => ({ ...choice, id: choice.name }))}
      onInputChange={type}
      onSelectionChange={(key) => key !== null && String(key) !== value && choose(String(key))}
      onBlur={(event) => {
        const typed = (event.target as HTMLInputElement).value?.trim() ?? "";
        if (typed !== value) choose(typed);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Enter") return;
        const field = event.target as HTMLInputElement;
        if (!field.getAttribute("aria-activedescendant") && field.value.trim() !== value) choose(field.value.trim());
      }}
    >
      <Input className="input" placeholder={placeholder} />
      <Popover className="popover" offset={4}>
        <ListBox className="choices" renderEmptyState={() => <p className="quiet none">nothing like that</p>}>
          {({ id, name, items }: Choice & { id: string }) => (
            <ListBoxItem id={id} textValue={name} className="choice row">
              <span className="grow breakable">{name}</span>
              {items !== undefined && <span className="quiet number">{formatCount(items)}</span>}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
