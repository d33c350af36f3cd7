/**
 * Publishes and reports, over the lives of several workers: the first publication of a new one reports to subscribers the net
 * difference to what they know, whatever the former one had published and not yet reported.
 */
import { type ArenaPosition, currentPosition } from "../../memory/arena-reader.js";
import { count } from "../../memory/facts.js";
import { header } from "../../memory/layout.js";
import type { Region } from "../../memory/region.js";
import type { Untold } from "../../memory/untold.js";
import type { Publication, Publisher, Skipped } from "../../memory/writer/publication.js";
import type { ConfigValue, EffectiveChange } from "../../shared/types.js";
import type { StateSink } from "../ports.js";
import type { Notifier } from "./notifier.js";
import { netChanges, publishedSettings } from "./takeover.js";

export interface PublishingParts {
  readonly region: Region;
  readonly writer: Publisher;
  readonly notifier: Notifier;
  readonly untold: Untold | undefined;
  /** A state of the stream was published. */
  readonly onPublished: (publication: Publication) => void;
  /** Whether another worker has taken over: then nothing is shown, and nothing committed. */
  readonly isSuperseded?: () => boolean;
}

/** The state sink of one worker's life. */
export function publishing(parts: PublishingParts): StateSink {
  const { region, writer, notifier, untold, onPublished, isSuperseded = () => false } = parts;
  let first = true;

  /** Writes down what subscribers are to be told of, before readers can see it. Gives it, if there are subscribers. */
  const announce = (changes: readonly EffectiveChange[]): readonly EffectiveChange[] | undefined => {
    if (!notifier.active) return undefined;
    const differences = first ? netChanges(toldSettings(region, untold, notifier), changes) : changes;
    notifier.willPublish(differences);
    return differences;
  };

  /**
   * To be called after a publish that was not announced: gives what it means to a subscriber that came while it was made. One
   * that came when it could be read already is not told of it, which the number of the publish shows in its own thread.
   */
  const announceLate = (
    changes: readonly EffectiveChange[],
    before: ArenaPosition | undefined,
  ): readonly EffectiveChange[] | undefined => {
    if (!notifier.active) return undefined;
    const differences = before === undefined ? changes : netChanges(publishedSettings(region, before), changes);
    notifier.willPublish(differences);
    return differences;
  };

  return {
    show(wanted, commit) {
      if (isSuperseded()) return;
      const skipped = writer.prepare(wanted);
      const publication = skipped.length === 0 ? wanted : without(wanted, skipped);
      const announced = announce(publication.changes);
      // What readers see until then stays as it is beside a first publish, which has an arena of its own.
      const before = first ? currentPosition(region) : undefined;
      // A step of the work is done: a large snapshot must not look like a worker that is stuck.
      region.add(header.heartbeat, 1);
      writer.publish(wanted);
      // Then that was not seen, and what follows is the other one's to say.
      if (isSuperseded()) return;
      count(region, "publishes");
      commit(skipped);
      // One with a time of its own came from the cache, and must not go back there as new.
      if (publication.atMs === undefined) onPublished(publication);
      first = false;
      const differences = announced ?? announceLate(publication.changes, before);
      if (differences === undefined) return;
      notifier.notify(differences === publication.changes ? publication : { ...publication, changes: differences });
    },
  };
}

function without(publication: Publication, skipped: readonly Skipped[]): Publication {
  const keys = new Set(skipped.map(({ key }) => key));
  return { ...publication, changes: publication.changes.filter(({ key }) => !keys.has(key)) };
}

/** What subscribers have been told: what readers see, except for changes that were published and not reported. */
function toldSettings(region: Region, untold: Untold | undefined, notifier: Notifier): Map<string, ConfigValue> {
  const told = untold?.read() ?? (untold === undefined ? new Map() : undefined);
  if (told === undefined) {
    // Too much is missing to say what: everything is reported again.
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
