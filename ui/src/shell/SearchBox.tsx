import { useNavigate } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { useMemo, useState } from "react";
import {
  Autocomplete,
  Button,
  Dialog,
  Input,
  Menu,
  MenuItem,
  Modal,
  ModalOverlay,
  SearchField,
  useFilter,
} from "react-aria-components";
import { useAsk } from "@/api/client";
import { PLACES } from "./places";

type Found = { id: string; title: string; kind: string; go: () => void };

/** Finds services, pages and, by its id, any trace. `/` opens it. */
export function SearchBox({ open, setOpen }: { open: boolean; setOpen: (open: boolean) => void }) {
  return (
    <>
      <Button className="button search" onPress={() => setOpen(true)} aria-label="Search">
        <Search size={14} aria-hidden />
        <span className="quiet grow">Search</span>
        <kbd>/</kbd>
      </Button>
      <ModalOverlay className="overlay" isOpen={open} onOpenChange={setOpen} isDismissable>
        <Modal className="dialog narrow">
          <Dialog aria-label="Search">
            <Finder done={() => setOpen(false)} />
          </Dialog>
        </Modal>
      </ModalOverlay>
    </>
  );
}

function Finder({ done }: { done: () => void }) {
  const [text, setText] = useState("");
  const { contains } = useFilter({ sensitivity: "base" });
  const navigate = useNavigate();
  const services = useAsk("/api/v1/services", { query: { start: "7d" } });
  const traceId = /^\s*([0-9a-f]{32})\s*$/i.exec(text)?.[1]?.toLowerCase();
  const found = useMemo<Found[]>(
    () => [
      ...(traceId
        ? [
            {
              id: `trace/${traceId}`,
              title: traceId,
              kind: "trace",
              go: () => navigate({ to: "/traces/$traceId", params: { traceId } }),
            },
          ]
        : []),
      ...PLACES.map(({ to, title }) => ({ id: to, title, kind: "page", go: () => navigate({ to }) })),
      ...(services.data?.services ?? []).map(({ name }) => ({
        id: `service/${name}`,
        title: name,
        kind: "service",
        go: () => navigate({ to: "/services/$name", params: { name } }),
      })),
    ],
    [services.data, navigate, traceId],
  );
  const go = (chosen: Found | undefined) => {
    // The menu follows the text with a delay: who types fast means the first that is left, not the first that was.
    const meant = chosen && contains(chosen.title, text) ? chosen : found.find(({ title }) => contains(title, text));
    if (!meant) return;
    done();
    meant.go();
  };
  return (
    <Autocomplete inputValue={text} onInputChange={setText} filter={contains}>
      <SearchField aria-label="Service, page or trace id" className="finder" autoFocus onSubmit={() => go(undefined)}>
        <Search size={16} aria-hidden />
        <Input placeholder="A service, a page or the id of a trace" />
      </SearchField>
      <Menu
        className="choices finds"
        aria-label="Found"
        items={found}
        renderEmptyState={() => (
          <p className="state">{services.isPending ? "Looking" : "Nothing goes by that name."}</p>
        )}
        onAction={(key) => go(found.find(({ id }) => id === key))}
      >
        {({ id, title, kind }) => (
          <MenuItem id={id} className="choice row" textValue={title}>
            <span className="grow cut">{title}</span>
            <span className="quiet">{kind}</span>
          </MenuItem>
        )}
      </Menu>
    </Autocomplete>
  );
}
