export const probe: Readonly<Record<"command" | "writesLeft" | "strikes" | "lives" | "longestTurn", number>>;
export const commands: Readonly<
  Record<"none" | "loop" | "wait" | "native" | "exit" | "throw" | "reject" | "fillMemory", number>
>;
export const releaseFileData: string;
export function newProbe(): Int32Array;
