/** The command `judge`: what this remote agent would hold of changes that are only tried. Names and rules, never values. */
import { ConfigStreamError } from "../../shared/errors.js";
import type { HeldSetting } from "../../shared/held-setting.js";
import { lowerCase } from "../../shared/text/lower-case.js";
import type { SourceValue } from "../../shared/types.js";
import { copyValue } from "../../shared/values/copy-value.js";
import type { SavedSetting } from "../cache/saved-settings.js";
import type { CommandOutcome } from "./outcome.js";
import type { ProviderSources } from "./sources.js";

/** Exit codes besides 0: all of it would be taken. */
const exit = { holds: 1, misunderstood: 2, unable: 3 } as const;

const form =
  'The command "judge" needs the argument "settings": JSON, an object that has for each key its layers as they would be, lowest first, ' +
  'such as {"my_agent.port": [{"source": "file", "value": 9000}]}; a key that would be gone has none.';

/** Answers with `{"held": [{"key", "rule"}]}`. */
export function judge({ trial }: ProviderSources, given: unknown): CommandOutcome {
  const settings = settingsIn(given);
  if (settings === undefined) return { code: exit.misunderstood, stderr: `${form}\n` };
  let held: readonly HeldSetting[] | undefined;
  try {
    held = trial(settings);
  } catch (thrown) {
    return { code: exit.unable, stderr: `${ConfigStreamError.from(thrown).message}\n` };
  }
  if (held === undefined) return { code: exit.unable, stderr: "There are no settings here yet to judge by.\n" };
  const answer = { held: held.map(({ key, rule }) => ({ key, rule })) };
  return { code: held.length > 0 ? exit.holds : 0, stdout: `${JSON.stringify(answer)}\n` };
}

/** `undefined`: they are not what they should be. */
function settingsIn(given: unknown): readonly SavedSetting[] | undefined {
  if (typeof given !== "string") return undefined;
  try {
    const read = JSON.parse(given) as unknown;
    if (typeof read !== "object" || read === null || Array.isArray(read)) return undefined;
    return Object.entries(read).map(([key, layers]) => [lowerCase(key), layersIn(key, layers)]);
  } catch {
    // What was thrown may quote a value.
    return undefined;
  }
}

/** Throws for what is no list of layers. */
function layersIn(key: string, given: unknown): readonly SourceValue[] {
  if (!Array.isArray(given)) throw new TypeError("no layers");
  return given.map((layer: Partial<SourceValue>) => {
    if (typeof layer?.source !== "string" || layer.value === undefined) throw new TypeError("no layer");
    return { source: layer.source, value: copyValue(key, layer.value) };
  });
}
