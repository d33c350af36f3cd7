/** In which order test files begin. */
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Those that take longest, by the end of their path: one that begins last keeps all others waiting. A fresh clone knows no durations yet,
 * and the size of a file says little about them.
 */
const longest = [
  "memory/interleaving",
  "conformance/consumers",
  "life/runs",
  "life/deaths",
  "change-sets/change-sets",
  "memory/sections",
  "hostile/hostile-set",
  "link/reconnects",
  "life/stop",
  "house/linear-text",
].map((name) => `/${name}.test.ts`);

function rank({ moduleId }: TestSpecification): number {
  const found = longest.findIndex((end) => moduleId.endsWith(end));
  return found === -1 ? longest.length : found;
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    // Projects stay together, because their files share processes.
    const projects = [...new Set(sorted.map(({ project }) => project))];
    return projects.flatMap((project) =>
      sorted.filter((file) => file.project === project).sort((one, other) => rank(one) - rank(other)),
    );
  }
}
