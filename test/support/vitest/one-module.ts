/** Test files that run as one module each, with all that they import from the sources. */
import { rolldown } from "rolldown";
import type { Plugin } from "vitest/config";

/**
 * Vitest turns every use of an import into a call of a getter, which engines do not see through: what runs through the same few
 * functions some hundred million times takes twice as long as it does when it is built. Within one module names are just names.
 *
 * Only packages stay outside, and `shared`: modules that must be the same ones as those of the set-up files.
 */
export function oneModule(files: readonly string[], shared: readonly string[]): Plugin {
  const isOne = (id: string) => files.some((file) => id.endsWith(`/${file}`));
  return {
    name: "one-module",
    enforce: "pre",
    async load(id) {
      if (!isOne(id)) return undefined;
      const bundle = await rolldown({
        input: id,
        platform: "node",
        external: (name, _importer, isResolved) =>
          isResolved ? shared.some((file) => name.endsWith(`/${file}`)) : !/^[./#]/.test(name),
      });
      const { output } = await bundle.generate({ format: "esm", sourcemap: true, codeSplitting: false });
      await bundle.close();
      for (const file of output[0].moduleIds) this.addWatchFile(file);
      return { code: output[0].code, map: output[0].map ?? null };
    },
  };
}
