/** What the user of the live view has chosen, and what each key does to it. Pure. */
import type { Key } from "../terminal/keys.js";

export const sortOrders = ["key", "age", "source"] as const;
export type SortOrder = (typeof sortOrders)[number];

export interface Ui {
  /** Only settings whose name or source holds this text. */
  readonly search: string;
  /** Keys are letters of the search. */
  readonly typing: boolean;
  readonly sort: SortOrder;
  /** Only settings that have changed since the start. */
  readonly changedOnly: boolean;
  readonly showSecrets: boolean;
  /** The layers of the selected setting are shown. */
  readonly details: boolean;
  /** Index of the selected row among those that fit the search. */
  readonly selected: number;
}

export const firstUi: Ui = {
  search: "",
  typing: false,
  sort: "key",
  changedOnly: false,
  showSecrets: false,
  details: false,
  selected: 0,
};

/** What the table holds at the moment of a key. */
export interface Extent {
  /** Rows that fit the search. */
  readonly total: number;
  /** Rows on the screen. */
  readonly page: number;
}

/** The next state; `undefined`: the user wants to leave. */
export function press(ui: Ui, key: Key, extent: Extent): Ui | undefined {
  if (key.name === "CTRL_C") return undefined;
  const moved = move(ui, key.name, extent);
  if (moved !== undefined) return moved;
  return ui.typing ? type(ui, key) : command(ui, key.name);
}

function move(ui: Ui, name: string, { total, page }: Extent): Ui | undefined {
  const steps: { readonly [name: string]: number } = {
    UP: -1,
    DOWN: 1,
    PAGE_UP: -page,
    PAGE_DOWN: page,
    HOME: -total,
    END: total,
    ...(ui.typing ? {} : { k: -1, j: 1, g: -total, G: total }),
  };
  const step = Object.hasOwn(steps, name) ? steps[name] : undefined;
  if (step === undefined) return undefined;
  return { ...ui, selected: Math.max(0, Math.min(total - 1, ui.selected + step)) };
}

function type(ui: Ui, { name, isCharacter }: Key): Ui {
  if (isCharacter) return { ...ui, search: ui.search + name, selected: 0 };
  switch (name) {
    case "BACKSPACE":
      // Past the beginning, as in less.
      if (ui.search === "") return { ...ui, typing: false };
      return { ...ui, search: [...ui.search].slice(0, -1).join(""), selected: 0 };
    case "CTRL_U":
      return { ...ui, search: "", selected: 0 };
    case "ENTER":
      return { ...ui, typing: false };
    case "ESCAPE":
      return { ...ui, typing: false, search: "", selected: 0 };
    default:
      return ui;
  }
}

function command(ui: Ui, name: string): Ui | undefined {
  switch (name) {
    case "q":
    case "Q":
      return undefined;
    case "/":
      return { ...ui, typing: true };
    case "s": {
      const next = sortOrders[(sortOrders.indexOf(ui.sort) + 1) % sortOrders.length] ?? "key";
      return { ...ui, sort: next, selected: 0 };
    }
    case "c":
      return { ...ui, changedOnly: !ui.changedOnly, selected: 0 };
    case "m":
      return { ...ui, showSecrets: !ui.showSecrets };
    case "ENTER":
    case "d":
      return { ...ui, details: !ui.details };
    case "ESCAPE":
      return { ...ui, details: false, search: "", selected: ui.search === "" ? ui.selected : 0 };
    default:
      return ui;
  }
}
