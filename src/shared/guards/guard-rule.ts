/** Guards as an application gives them: rules that a setting's value must meet before any reader sees it. Plain data. */

/** What a value must be readable as; the getter that reads it so. */
export type GuardType =
  /** `getInt`. */
  | "integer"
  /** `getFloat64`. */
  | "number"
  /** `getBool`. */
  | "boolean"
  /** `getString`. */
  | "string"
  /** `getDuration`: bounds are in ms. */
  | "duration"
  /** `getSizeInBytes`. */
  | "size"
  /** `getStringSlice`. */
  | "list"
  /** `getStringMap`. */
  | "map";

/**
 * The rule of one key. The value is judged as the getter of `type` reads it, so the text `"9001"` is a good integer. Without a
 * type, the rest of the rule says it: bounds mean a number, a pattern or a length a text, `oneOf` the type of its elements.
 */
export interface GuardRule {
  readonly type?: GuardType | undefined;
  /** Least number: of a duration in ms, of a size in bytes. */
  readonly min?: number | undefined;
  /** Largest number, likewise. */
  readonly max?: number | undefined;
  /** Least length: UTF-16 code units of a text, elements of a list, entries of a map. */
  readonly minLength?: number | undefined;
  /** Largest length, likewise. */
  readonly maxLength?: number | undefined;
  /** The values that are good: texts, numbers or booleans. */
  readonly oneOf?: readonly (string | number | boolean)[] | undefined;
  /**
   * A regular expression in RE2's syntax, which has no look-around and no back-references, so that no text takes long; it may match
   * anywhere in the text, of a list in each element. A text of more than 65,536 characters does not meet it.
   */
  readonly pattern?: string | undefined;
  /**
   * A JSON Schema of draft 7, in ajv's strict mode. With a `type` here, or one of `integer`, `number`, `boolean` or `string` in the
   * schema, it judges the value as the getter reads it, else as it was sent. `format` and `$ref` to other documents are refused.
   */
  readonly schema?: object | undefined;
  /** Keys with the same name of a group are held together when one of them breaks its rule. */
  readonly group?: string | undefined;
  /**
   * Another key of the same group and of the same type, a type of numbers: this value must not be below that one, whichever of the two
   * changes. Not judged while one of them is missing.
   */
  readonly atLeast?: string | undefined;
  /** Likewise: this value must not be above that one. */
  readonly atMost?: string | undefined;
}

/** Rules by dotted key. */
export type Guards = { readonly [key: string]: GuardRule };
