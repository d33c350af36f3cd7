/** Subscribers that keep a state from events alone, and check that the events fit together. */
import { until } from "./held.mjs";
import { loadKey, numberIn } from "./words.mjs";

/** A callback that follows everything. Each old value must be the one that it was given last. */
export function followByCallback(consumer) {
  const state = new Map();
  const counts = { events: 0, wrong: 0, broken: 0, olderGetter: 0 };
  const reader = consumer.reader();
  const subscription = consumer.subscribe({
    prefix: "load.",
    onChange({ key, oldValue, newValue }) {
      counts.events++;
      if (numberIn(key, newValue) < 0) counts.wrong++;
      if (state.get(key) !== oldValue) counts.broken++;
      if (numberIn(key, reader.get(key)) < numberIn(key, newValue)) counts.olderGetter++;
      state.set(key, newValue);
    },
  });
  return { state, counts, subscription };
}

/** A loop that follows everything; `finished` settles with the error that ended it, if any. */
export function followByLoop(consumer, overflow) {
  const state = new Map();
  const counts = { events: 0, wrong: 0, broken: 0 };
  const subscription = consumer.subscribe({ prefix: "load.", overflow });
  const finished = (async () => {
    try {
      for await (const { key, oldValue, newValue } of subscription) {
        counts.events++;
        if (numberIn(key, newValue) < 0) counts.wrong++;
        if (state.get(key) !== oldValue) counts.broken++;
        state.set(key, newValue);
      }
      return undefined;
    } catch (error) {
      return error;
    }
  })();
  return { state, counts, subscription, finished };
}

/** How many keys of followers, or of readers, are not at the newest numbers, after each has had time to get there. */
export async function behind(followers, numbers) {
  const count = (follower) =>
    numbers.filter((number, index) => numberIn(loadKey(index), follower.get(loadKey(index))) !== number).length;
  const counts = [];
  for (const follower of followers) {
    await until(() => count(follower) === 0, 60_000).catch(() => {});
    counts.push(count(follower));
  }
  return counts.reduce((sum, one) => sum + one, 0);
}

/** A metric of a consumer. */
export async function sample(consumer, name) {
  const metric = await consumer.metrics.getSingleMetric(`configstream_consumer_${name}`).get();
  return metric.values[0].value;
}
