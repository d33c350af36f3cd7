/** Runs stories of many seeds, and tells of the first that fails. */
import { Counts } from "./counts.js";
import { runStory } from "./run-story.js";
import { shrink } from "./shrink.js";
import { inventStory } from "./story/invent.js";
import { tell } from "./story/tell.js";
import { ThreadEnded } from "./world/life.js";

export interface Simulated {
  readonly seeds: number;
  readonly counts: Counts;
  /** Virtual time, in ms. */
  readonly ms: number;
  readonly failed: Failed | undefined;
}

export interface Failed {
  readonly seed: number;
  readonly failure: string;
  /** The shortest story that fails as well. */
  readonly told: string;
}

export interface SimulateOptions {
  readonly first: number;
  readonly seeds: number;
  readonly shrinks: boolean;
  readonly onProgress?: (done: number) => void;
}

export async function simulate({ first, seeds, shrinks, onProgress }: SimulateOptions): Promise<Simulated> {
  const counts = new Counts();
  let ms = 0;
  for (let done = 0; done < seeds; done++) {
    const story = inventStory(first + done);
    const outcome = await runStory(story);
    counts.addAll(outcome.counts.all);
    counts.add(`dialect ${story.setup.dialect}`);
    ms += outcome.ms;
    onProgress?.(done + 1);
    if (outcome.failure === undefined) continue;
    const small = shrinks ? await shrink(story, outcome.failure) : { story, failure: outcome.failure };
    const failed = { seed: story.seed, failure: small.failure, told: tell(small.story) };
    return { seeds: done + 1, counts, ms, failed };
  }
  return { seeds, counts, ms, failed: undefined };
}

/** What the promises of threads that have ended still come to is no fault. Gives what stops listening. */
export function ignoreEndedThreads(onOther: (thrown: unknown) => void): () => void {
  const listener = (thrown: unknown): void => {
    if (!(thrown instanceof ThreadEnded)) onOther(thrown);
  };
  process.on("unhandledRejection", listener);
  return () => void process.off("unhandledRejection", listener);
}
