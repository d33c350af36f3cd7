/** Messages that no encoder of the contract makes. Pure. */

const eventFields = { snapshot: 1, update: 2 } as const;
const bodyFields = { sequenceId: 2, setting: 3 } as const;
const settingFields = { source: 1, key: 2, value: 3 } as const;
const valueFields = { number: 2, list: 6 } as const;
/** Numbers that the contract does not use. */
const unknownFields = [15, 1_000, 20_000] as const;

const lengthDelimited = 2;
const varintType = 0;
const fixed64Type = 1;

/** A field that has a length. */
export function field(number: number, payload: Uint8Array | string): Buffer {
  const bytes = Buffer.from(payload as string);
  return Buffer.concat([varint(number * 8 + lengthDelimited), varint(bytes.length), bytes]);
}

/** Bytes that are no message: a field whose length leads beyond the end. */
export const malformed: Buffer = Buffer.from([eventFields.update * 8 + lengthDelimited, 0x7f, 0x01]);

/** An event without a body. */
export const emptyEvent: Buffer = Buffer.alloc(0);

/** An update without a setting. */
export function updateWithoutSetting(sequenceId: number): Buffer {
  return field(eventFields.update, number(bodyFields.sequenceId, sequenceId));
}

/** An update with fields that the contract does not know, in each of its messages. */
export function updateWithUnknownFields(sequenceId: number, key: string, value: number): Buffer {
  const unknown = Buffer.concat(unknownFields.flatMap((at) => [field(at, "unknown"), number(at + 1, 7)]));
  const setting = Buffer.concat([settingBytes(key, numberValue(value)), unknown]);
  const body = Buffer.concat([
    unknown,
    number(bodyFields.sequenceId, sequenceId),
    field(bodyFields.setting, setting),
    unknown,
  ]);
  return Buffer.concat([unknown, field(eventFields.update, body), unknown]);
}

/** An update whose value is a list in a list, and so on. */
export function deeplyNestedUpdate(sequenceId: number, key: string, depth: number): Buffer {
  const listField = 1;
  let value: Buffer = numberValue(1);
  for (let level = 0; level < depth; level++) value = field(valueFields.list, field(listField, value));
  const setting = settingBytes(key, value);
  return field(
    eventFields.update,
    Buffer.concat([number(bodyFields.sequenceId, sequenceId), field(bodyFields.setting, setting)]),
  );
}

function settingBytes(key: string, value: Buffer): Buffer {
  return Buffer.concat([
    field(settingFields.source, "file"),
    field(settingFields.key, key),
    field(settingFields.value, value),
  ]);
}

function numberValue(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([varint(valueFields.number * 8 + fixed64Type), bytes]);
}

function number(at: number, value: number): Buffer {
  return Buffer.concat([varint(at * 8 + varintType), varint(value)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}
