/** Sources by priority, as a current core agent ranks them. Pure. */
import { defaultSourcePriority } from "configstream-consumer/internal";

/** Higher wins. Sources that are not known rank just above `unknown`. */
export function sourceRank(source: string): number {
  const index = defaultSourcePriority.indexOf(source);
  return index >= 0 ? index : defaultSourcePriority.indexOf("unknown") + 0.5;
}

/** For sorting, the highest priority first; names break ties. */
export function byPriority(a: string, b: string): number {
  return sourceRank(b) - sourceRank(a) || Number(a > b) - Number(a < b);
}
