/** Leaves out of a story what it does not need to fail. */
import { type Outcome, runStory } from "./run-story.js";
import type { Event, Story } from "./story/story.js";

/** The shortest story that was found to fail as well, and how. */
export async function shrink(
  story: Story,
  failure: string,
  run: (story: Story) => Promise<Pick<Outcome, "failure">> = runStory,
): Promise<{ story: Story; failure: string }> {
  let best = { story, failure };
  for (let size = Math.ceil(story.events.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < best.story.events.length; ) {
      const events = without(best.story.events, from, size);
      const outcome = await run({ ...story, events });
      if (outcome.failure === undefined) from += size;
      else best = { story: { ...story, events }, failure: outcome.failure };
    }
  }
  return best;
}

/** What is left out still takes its time. */
function without(events: readonly Event[], from: number, count: number): readonly Event[] {
  const lostMs = events.slice(from, from + count).reduce((sum, { afterMs }) => sum + afterMs, 0);
  const rest = events.slice(from + count);
  const [next, ...others] = rest;
  const late = next === undefined ? [] : [{ ...next, afterMs: next.afterMs + lostMs }];
  return [...events.slice(0, from), ...late, ...others];
}
