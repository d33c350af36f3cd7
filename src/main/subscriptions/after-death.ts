/**
 * What a worker that has died had published and not sent: the difference between what subscribers were told and what readers see. It is
 * told at once rather than by the next worker, because a subscriber that comes between the two can read it already.
 */
import { newestPublish as newestNumber } from "../../memory/arena-reader.js";
import { newestPublish } from "../../memory/publish-meta.js";
import { KeyReader } from "../../memory/reader/key-reader.js";
import type { Region } from "../../memory/region.js";
import type { Untold } from "../../memory/untold.js";
import type { ChangeBatch } from "../../shared/messages.js";
import { equalValues } from "../../shared/values/equality.js";

/** `undefined`: nothing is missing, or there was too much of it, and the next worker reports that. To be called while no worker runs. */
export function untoldBatch(region: Region, untold: Untold): ChangeBatch | undefined {
  const publish = newestNumber(region);
  const meta = newestPublish(region);
  if (publish === undefined || meta === undefined) return undefined;
  const keys = new KeyReader(region);
  const changes = [...(untold.read() ?? [])].flatMap(([key, oldValue]) => {
    const { value: newValue, source } = keys.entry(key).state;
    const isSame =
      oldValue === undefined || newValue === undefined ? oldValue === newValue : equalValues(oldValue, newValue);
    return isSame ? [] : [{ key, oldValue, newValue, source, sequenceId: meta.sequenceId }];
  });
  if (changes.length === 0) return undefined;
  return { kind: "changes", changes, setEnds: [changes.length], publishes: changes.map(() => publish), lagged: false };
}
