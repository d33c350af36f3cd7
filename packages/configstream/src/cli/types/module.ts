/** What `configstream types` writes: an interface, a binding, or accessors. Pure. */
import { lowerCase } from "configstream-consumer/internal";
import { writeAccessors } from "./accessors-text.js";
import { writeBinding } from "./binding-text.js";
import { sectionOf, treeOf } from "./setting-tree.js";
import type { Schema } from "./type-text.js";
import { writeInterface } from "./write.js";

/** Options that say what is written. */
export interface ModuleOptions {
  /** The section whose settings become a binding. */
  readonly binding?: string;
  /** Whether all settings become accessors. */
  readonly accessors?: boolean;
  /** Of the interface. Default: `Schema`, for accessors `Settings`, and for a binding made of the section's. */
  readonly name?: string;
}

/** The settings that the module is about. */
export function settingsFor(schema: Schema, { binding }: ModuleOptions): Schema {
  if (binding === undefined) return schema;
  const start = `${lowerCase(binding)}.`;
  return new Map([...schema].filter(([key]) => key.startsWith(start)));
}

/** The module's text. */
export function writeModule(schema: Schema, { binding, accessors, name }: ModuleOptions): string {
  if (binding !== undefined) {
    const section = lowerCase(binding);
    return writeBinding(sectionOf(treeOf(schema), section) ?? {}, section, name);
  }
  return accessors === true
    ? writeAccessors(treeOf(schema), name ?? "Settings")
    : writeInterface(schema, name ?? "Schema");
}
