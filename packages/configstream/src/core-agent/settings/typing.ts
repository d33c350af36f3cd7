/** Gives values that are set at run time the type that their key was declared with, as a real core agent does. Pure. */

import { type ConfigValue, convertToType, type KnownKeys } from "configstream-consumer/internal";

export interface Typing {
  /** False, and logged, when the key names a section: a real core agent sets settings only. */
  takes(key: string): boolean;
  /** The value as it is stored and sent. One that cannot be converted stays as it is, and that is logged. */
  convert(key: string, value: ConfigValue): ConfigValue;
}

export function createTyping(known: KnownKeys, warn: (message: string) => void): Typing {
  return {
    takes(key) {
      if (!known.isSection(key)) return true;
      warn(`"${key}" is a section, and only settings can be set; the value is ignored.`);
      return false;
    },
    convert(key, value) {
      const type = known.declaredType(key);
      if (type === undefined || value === null) return value;
      const converted = convertToType(value, type);
      if (converted !== undefined) return converted;
      warn(`The value given for "${key}" does not read as ${type}; it is kept as it is.`);
      return value;
    },
  };
}
