/**
 * Publishes and tells, over the lives of several workers: the first publication of a new one tells subscribers the net
 * difference to what they know, whatever the former one had published, and had still to tell.
 */
import { count } from "../../memory/facts.js";
import { header } from "../../memory/layout.js";
import type { Region } from "../../memory/region.js";
import type { Untold } from "../../memory/untold.js";
import type { Publication, Publisher } from "../../memory/writer/publication.js";
import type { ConfigValue, EffectiveChange } from "../../shared/types.js";
import type { ChangeSink } from "../ports.js";
import type { Notifier } from "./notifier.js";
import { netChanges, publishedSettings } from "./takeover.js";

export interface PublishingParts {
  readonly region: Region;
  readonly writer: Publisher;
  readonly notifier: Notifier;
  readonly untold: Untold | undefined;
  /** A state of the stream was published. */
  readonly onPublished: (publication: Publication) => void;
}

/** Publisher and change sink of one worker's life. */
export function publishing(parts: PublishingParts): { publisher: Publisher; changes: ChangeSink } {
  const { region, writer, notifier, untold, onPublished } = parts;
  let first = true;
  /** From the first publish to its notification: what it changes for subscribers. */
  let firstChanges: readonly EffectiveChange[] | undefined;
  return {
    publisher: {
      publish(publication) {
        firstChanges = undefined;
        if (notifier.active) {
          if (first) firstChanges = netChanges(toldSettings(region, untold, notifier), publication.changes);
          notifier.willPublish(firstChanges ?? publication.changes);
        }
        // A step of the work is done: a large snapshot must not look like a worker that is stuck.
        region.add(header.heartbeat, 1);
        writer.publish(publication);
        count(region, "publishes");
      },
    },
    changes: {
      notify(publication) {
        // One with a time of its own came out of the cache, and is not to go back there as new.
        if (publication.atMs === undefined) onPublished(publication);
        if (!first) return notifier.notify(publication);
        first = false;
        // Without them, nobody was there when the state was published, and so nothing has changed for anybody.
        if (firstChanges !== undefined) notifier.notify({ ...publication, changes: firstChanges });
        firstChanges = undefined;
      },
    },
  };
}

/** What subscribers have been told: what readers see, but for changes that were published and not told. */
function toldSettings(region: Region, untold: Untold | undefined, notifier: Notifier): Map<string, ConfigValue> {
  const told = untold?.read() ?? (untold === undefined ? new Map() : undefined);
  if (told === undefined) {
    // Too much is missing to say what: everything is told anew.
    notifier.markMissing();
    return new Map();
  }
  const settings = publishedSettings(region);
  for (const [key, value] of told) {
    if (value === undefined) settings.delete(key);
    else settings.set(key, value);
  }
  return settings;
}
