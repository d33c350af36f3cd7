/** Keeps the process alive while something has to come to its end, because a consumer by itself never does. */

/** Holds the process until the function that it returns is called. */
export function holdProcess(): () => void {
  // Longer than any process lives without being asked: 12 days, and then again.
  const held = setInterval(() => {}, 2 ** 30);
  return () => clearInterval(held);
}
