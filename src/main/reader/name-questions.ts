/** Questions about a name, asked of the present state. */
import { layersOf } from "../../memory/reader/entry.js";
import type { KeyReader } from "../../memory/reader/key-reader.js";
import { lowerCase } from "../../shared/text/lower-case.js";
import type { SourceValue } from "../../shared/types.js";
import { checkKey } from "./check-key.js";
import { isKnownIn, isSectionIn, isSettingIn } from "./names.js";

export class NameQuestions {
  readonly #keys: KeyReader;

  constructor(keys: KeyReader) {
    this.#keys = keys;
  }

  isKnown(key: string): boolean {
    checkKey("isKnown", key);
    return isKnownIn(this.#keys.entry(key), this.#keys.section(lowerCase(key)));
  }

  isSetting(key: string): boolean {
    checkKey("isSetting", key);
    return isSettingIn(this.#keys.entry(key), this.#keys.section(lowerCase(key)));
  }

  hasSection(key: string): boolean {
    checkKey("hasSection", key);
    return isSectionIn(this.#keys.entry(key), this.#keys.section(lowerCase(key)));
  }

  /** Names directly below a section; without any, those of no section. */
  subfields(key: string): readonly string[] | undefined {
    return this.#keys.section(lowerCase(key))?.names();
  }

  allSources(key: string): readonly SourceValue[] {
    checkKey("getAllSources", key);
    return layersOf(this.#keys.entry(key).state);
  }
}
