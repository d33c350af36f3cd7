/** In which order test files begin. */
import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Those that take longest, by the end of their path: one that begins last keeps all others waiting. A fresh clone knows no durations yet,
 * and the size of a file says little about them. At first come tests that wait and tests that compute, because they leave each other alone.
 */
const longest = ["life/deaths", "memory/interleaving", "life/runs", "conformance/consumers"];
/** The same, among those that come after them. */
const longestOfTheRest = [
  "life/stop",
  "change-sets/change-sets",
  "memory/sections",
  "hostile/hostile-set",
  "link/reconnects",
  "house/linear-text",
];

const rankIn = (names: readonly string[], { moduleId }: TestSpecification): number => {
  const found = names.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
  return found === -1 ? names.length : found;
};

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    // Projects stay together, because their files share processes; what is short comes last.
    const isUnit = ({ moduleId }: TestSpecification) => Number(moduleId.includes("/test/unit/"));
    const projects = [...new Set(sorted.map(({ project }) => project))];
    return projects
      .flatMap((project) =>
        sorted
          .filter((file) => file.project === project)
          .sort((a, b) => isUnit(a) - isUnit(b) || rankIn(longestOfTheRest, a) - rankIn(longestOfTheRest, b)),
      )
      .sort((a, b) => rankIn(longest, a) - rankIn(longest, b));
  }
}
