/**
 * The fields of the stream's messages as they stand on the wire: field number times 8 plus wire type. Numbers are those of
 * proto/; a test compares decoder and encoder with proto-loader.
 */

/** ConfigEvent. */
export const eventTag = { snapshot: 0x0a, update: 0x12 } as const;
/** ConfigSnapshot and ConfigUpdate number their fields alike. */
export const bodyTag = { origin: 0x0a, sequenceId: 0x10, setting: 0x1a } as const;
/** ConfigSetting. */
export const settingTag = { source: 0x0a, key: 0x12, value: 0x1a, unsetSource: 0x22 } as const;
/** google.protobuf.Value. */
export const valueTag = { null: 0x08, number: 0x11, text: 0x1a, bool: 0x20, struct: 0x2a, list: 0x32 } as const;
/** Struct: its entries. */
export const structEntryTag = 0x0a;
/** One entry of a Struct. */
export const entryTag = { key: 0x0a, value: 0x12 } as const;
/** ListValue: its items. */
export const listItemTag = 0x0a;
