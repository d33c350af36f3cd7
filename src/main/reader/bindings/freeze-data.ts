/** Freezes plain objects and lists with all that they hold; leaves objects of classes, such as dates and maps, as they are. */
export function freezeData<T>(value: T): T {
  // Whatever is no object counts as frozen.
  if (Object.isFrozen(value) || !isPlain(value)) return value;
  // Frozen before what it holds, because that may hold it in turn.
  Object.freeze(value);
  for (const inner of Object.values(value as object)) freezeData(inner);
  return value;
}

function isPlain(value: unknown): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
