/** What a name is: a setting, a section, or unknown. */
import { layersOf, type Reading } from "../../memory/reader/entry.js";
import { isChosen, type Section } from "../../memory/reader/section.js";

/** Whether the core agent knows the name. */
export function isKnownIn({ state }: Reading, section: Section | undefined): boolean {
  return state.value !== undefined || section !== undefined;
}

/** Whether the name is a setting. A null above other keys is no value: YAML's `proxy:`. */
export function isSettingIn({ state }: Reading, section: Section | undefined): boolean {
  return state.value === null ? section === undefined : state.value !== undefined;
}

/**
 * Whether a section of this name was configured, beyond defaults. The name itself with a null is how a file writes an empty one.
 */
export function isSectionIn({ state }: Reading, section: Section | undefined): boolean {
  const isEmptySection = layersOf(state).some(({ source, value }) => isChosen(source) && value === null);
  return (
    isEmptySection || (section?.readings.some(({ layers }) => layers.some((layer) => isChosen(layer.source))) ?? false)
  );
}
