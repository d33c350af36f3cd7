/** What each happening of a story does to the host. */
import type { Happening } from "../story/story.js";
import { agentActs } from "./acts/agent-acts.js";
import { hostActs } from "./acts/host-acts.js";
import { remoteActs } from "./acts/remote-acts.js";
import { settingActs } from "./acts/setting-acts.js";
import type { World } from "./world.js";

type Kind = Happening["kind"];

/** The happening of a kind. */
export type Of<K extends Kind> = Happening extends infer H
  ? H extends { readonly kind: infer Kinds }
    ? K extends Kinds
      ? H
      : never
    : never
  : never;

/** One act for each kind. */
export type Acts<K extends Kind> = { readonly [kind in K]: (world: World, what: Of<kind>) => void };

const acts: Acts<Kind> = { ...settingActs, ...agentActs, ...hostActs, ...remoteActs };

export function act(world: World, what: Happening): void {
  world.counts.add(what.kind);
  // The act of a kind takes the happening of that kind, which types cannot follow through the table.
  (acts[what.kind] as (world: World, what: Happening) => void)(world, what);
}
