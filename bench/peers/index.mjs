// What applications read configuration with today. Each peer is given its best case: names without dots, so that nothing is
// split or walked; values in memory; no logging, no events, no metrics. Where a peer walks a tree, it is measured with dotted
// names as well, which is how its users name settings.

import { peers } from "./names.mjs";

/**
 * Makes a peer that holds `settings` ({ key, value } with numbers). Gives { expression, scope, close }: what reads `key`, and the
 * names that it uses.
 */
export async function createPeer(name, settings, dir) {
  const { create } = await import(`./${peers[name]}.mjs`);
  const peer = await create(settings, dir);
  return name.endsWith("a context a call") ? { ...peer, expression: peer.freshContextExpression } : peer;
}

/** Whether a peer is measured with dotted names. */
export function hasDottedNames(name) {
  return name.endsWith("dotted names");
}
