/** The view of the present state: one object as long as the state is the same. */
import type { Mirror, MirrorState } from "../../memory/reader/mirror.js";
import type { PlainView } from "./api.js";
import type { Unreadable } from "./unreadable.js";
import { createView } from "./view.js";

export class PresentView {
  readonly #mirror: Mirror;
  readonly #unreadable: Unreadable;
  #view: PlainView | undefined;
  #viewOf: MirrorState | undefined;

  constructor(mirror: Mirror, unreadable: Unreadable) {
    this.#mirror = mirror;
    this.#unreadable = unreadable;
  }

  /** Throws `view_contended`. */
  read(): PlainView {
    const state = this.#mirror.state();
    if (this.#view === undefined || this.#viewOf !== state) {
      this.#view = createView(state, this.#unreadable) as PlainView;
    }
    this.#viewOf = state;
    return this.#view;
  }
}
