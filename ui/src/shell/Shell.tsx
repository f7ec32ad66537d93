import { Link, Outlet } from "@tanstack/react-router";
import { Menu as MenuIcon, Monitor, Moon, Sun } from "lucide-react";
import { useCallback, useState } from "react";
import { Button, Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from "react-aria-components";
import { useKeyboard } from "./keyboard";
import { PLACES } from "./places";
import { SearchBox } from "./SearchBox";
import "./shell.css";
import { chooseTheme, type Theme, useTheme } from "./theme";

/** What is around every page: navigation, search and theme. */
export function Shell() {
  const [searching, setSearching] = useState(false);
  const [helping, setHelping] = useState(false);
  useKeyboard({ search: useCallback(() => setSearching(true), []), help: useCallback(() => setHelping(true), []) });
  return (
    <div className="shell">
      <a className="skip" href="#main">
        To the content
      </a>
      <header className="side">
        <Link to="/" className="brand" aria-label="Assay: home">
          <img src="/icon.svg" alt="" width="24" height="24" />
          <span>Assay</span>
        </Link>
        <SearchBox open={searching} setOpen={setSearching} />
        <nav className="places" aria-label="Pages">
          <Places />
        </nav>
        <DrawerButton />
        <div className="foot">
          <Themes />
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        <Outlet />
      </main>
      <Keys open={helping} setOpen={setHelping} />
    </div>
  );
}

function Places({ onGo }: { onGo?: () => void }) {
  return PLACES.map(({ to, title, key, icon: Icon }) => (
    <Link key={to} to={to} className="place" activeOptions={{ exact: to === "/", includeSearch: false }} onClick={onGo}>
      <Icon size={16} aria-hidden />
      <span className="grow">{title}</span>
      <kbd aria-hidden>g {key}</kbd>
    </Link>
  ));
}

function DrawerButton() {
  return (
    <DialogTrigger>
      <Button className="button plain drawer-button" aria-label="Pages">
        <MenuIcon size={18} aria-hidden />
      </Button>
      <ModalOverlay className="overlay" isDismissable>
        <Modal className="dialog drawer">
          <Dialog aria-label="Pages">
            {({ close }) => (
              <>
                <nav className="places">
                  <Places onGo={close} />
                </nav>
                <Themes />
              </>
            )}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}

const THEMES: [Theme, string, typeof Sun][] = [
  ["light", "Light", Sun],
  ["dark", "Dark", Moon],
  ["system", "As the system", Monitor],
];

function Themes() {
  const { theme } = useTheme();
  return (
    <fieldset className="themes">
      <legend className="unseen">Colours</legend>
      {THEMES.map(([each, title, Icon]) => (
        <button
          key={each}
          type="button"
          className="button plain small"
          title={title}
          aria-label={title}
          aria-pressed={theme === each}
          onClick={() => chooseTheme(each)}
        >
          <Icon size={14} aria-hidden />
        </button>
      ))}
    </fieldset>
  );
}

const KEYS: [string, string][] = [
  ["/", "Search"],
  ["↓ ↑", "From row to row"],
  ["Enter", "Open what is chosen"],
  ["Esc", "Close"],
  ["?", "These keys"],
];

function Keys({ open, setOpen }: { open: boolean; setOpen: (open: boolean) => void }) {
  const rows = [...KEYS, ...PLACES.map(({ key, title }): [string, string] => [`g ${key}`, `Go to ${title}`])];
  return (
    <ModalOverlay className="overlay" isOpen={open} onOpenChange={setOpen} isDismissable>
      <Modal className="dialog narrow">
        <Dialog>
          <header>
            <Heading slot="title" level={2}>
              Keys
            </Heading>
          </header>
          <dl className="content keys">
            {rows.map(([key, what]) => (
              <div key={key} className="row">
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
