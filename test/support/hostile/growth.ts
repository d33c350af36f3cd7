/** Whether the time that a text takes grows faster than the text. */

/** Ten times the text may take ten times as long; a hundred times is the square. The room between is for a busy machine. */
const mostGrowth = 40;
/** Shorter times are noise, in ms. */
const noiseMs = 10;

/**
 * Of the texts, in signs. What takes the square of the time is a hundred times slower at the second or the third of them; the
 * longest ones (LINEAR_TEXT=long) add texts as long as the largest message.
 */
const usualLengths = process.env.LINEAR_TEXT === "long" ? [10_000, 100_000, 1_000_000] : [3_000, 30_000, 300_000];

/** Time of this process's own processor, in ms: what other processes take away does not count. */
function processorMs(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/**
 * The first length, each ten times the one before it, whose text takes too long; `undefined`: none does. What seems to is measured again,
 * `tries` times in all, because of what the garbage collector does now and then.
 */
export function tooSlowAt(
  read: (text: string) => unknown,
  make: (length: number) => string,
  lengths: readonly number[] = usualLengths,
  tries = 3,
): number | undefined {
  let bound = Number.POSITIVE_INFINITY;
  for (const length of lengths) {
    const text = make(length);
    let ms = processorMs(() => read(text));
    // Not when it is beyond all that.
    for (let again = 1; again < tries && ms > bound && ms < bound * 10; again++)
      ms = Math.min(
        ms,
        processorMs(() => read(text)),
      );
    if (ms > bound) return length;
    bound = Math.max(noiseMs, ms) * mostGrowth;
  }
  return undefined;
}
