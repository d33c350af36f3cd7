// The simplest consumer that an application could write: a Map of the newest values. No layers, no order, no change events.
export class Mirror {
  values = new Map();
  sequenceId = 0;

  /** Takes in a decoded event; gives the [key, value] pairs that it set, and whether they are everything. */
  apply({ snapshot, update }) {
    if (snapshot) {
      const pairs = snapshot.settings.map(({ key, value }) => [key.toLowerCase(), plain(value)]);
      this.replace(pairs, snapshot.sequence_id);
      return { pairs, isWhole: true };
    }
    const { key, value } = update.setting;
    const pair = [key.toLowerCase(), plain(value)];
    this.set(pair, update.sequence_id);
    return { pairs: [pair], isWhole: false };
  }

  replace(pairs, sequenceId) {
    this.values = new Map(pairs);
    this.sequenceId = sequenceId;
  }

  set([key, value], sequenceId) {
    this.values.set(key, value);
    this.sequenceId = sequenceId;
  }
}

/** A `google.protobuf.Value`, whose fields proto-loader names in camel case whatever its options say. */
function plain(value) {
  if (value.numberValue !== undefined) return value.numberValue;
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.boolValue !== undefined) return value.boolValue;
  if (value.listValue) return (value.listValue.values ?? []).map(plain);
  if (value.structValue) {
    const fields = value.structValue.fields ?? {};
    return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, plain(field)]));
  }
  return null;
}
