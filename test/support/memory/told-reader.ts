/** A reader that tells of changes when the test says so, and keeps what it logs. */
import type { ChangeSource } from "../../../src/main/reader/handle.js";
import { createReader } from "../../../src/main/reader/reader.js";
import { newRegion, TestWriter } from "./region.js";

export function toldReader() {
  const region = newRegion();
  const writer = new TestWriter(region);
  const watches = new Set<{ readonly tell: () => unknown; readonly filter: unknown }>();
  const onUpdate: ChangeSource = (callback, filter) => {
    const change = { key: "any", oldValue: undefined, newValue: 1, source: "file", sequenceId: 1 };
    const watch = { tell: () => callback(change), filter };
    watches.add(watch);
    const unsubscribe = () => void watches.delete(watch);
    return { unsubscribe, [Symbol.dispose]: unsubscribe };
  };
  const lines: string[] = [];
  const keep = (line: string) => lines.push(line);
  const cfg = createReader(region, { onUpdate, logger: { debug: keep, info: keep, warn: keep, error: keep } });
  const tell = () => [...watches].map((watch) => watch.tell());
  const filters = () => [...watches].map(({ filter }) => filter);
  return { region, writer, cfg, lines, tell, filters };
}
