/**
 * The fields of the stream's and the calls' messages as they stand on the wire: field number times 8 plus wire type. Numbers are those of
 * proto/; a test compares decoders and encoders with proto-loader.
 */

/** ConfigEvent. */
export const eventTag = { snapshot: 0x0a, update: 0x12 } as const;
/** ConfigSnapshot and ConfigUpdate number their fields alike. */
export const bodyTag = { origin: 0x0a, sequenceId: 0x10, setting: 0x1a } as const;
/**
 * A field of our own in ConfigSnapshot, of number 50001, which everybody else skips as one that is not known: true when each key has
 * an entry for each of its layers, lowest priority first, so that a consumer that takes the last entry of a key has the winner.
 */
export const allLayersTag = 50_001 * 8;
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
/** RegisterRemoteAgentRequest. */
export const registerTag = {
  pid: 0x0a,
  flavor: 0x12,
  displayName: 0x1a,
  apiEndpointUri: 0x22,
  services: 0x2a,
  processInstanceId: 0x32,
} as const;
/** RegisterRemoteAgentResponse. */
export const registrationTag = { sessionId: 0x0a, recommendedRefreshIntervalSecs: 0x10 } as const;
/** RefreshRemoteAgentRequest. */
export const refreshTag = { sessionId: 0x0a } as const;
/** ConfigStreamRequest. */
export const streamTag = { name: 0x0a } as const;
