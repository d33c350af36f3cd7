// Modules put together by rolldown. What it warns of is an error here.
import { isAbsolute } from "node:path";
import { rolldown } from "rolldown";
import { root } from "../places.mjs";

/** Whether what is imported is a package or a module of Node.js, and not one of our own modules. */
export function isPackage(id) {
  return !id.startsWith(".") && !isAbsolute(id);
}

/**
 * How what is large is made small. Names of functions and classes stay as they are, because they stand in errors. Without ASCII alone,
 * a single arrow in a message would make an engine keep the whole text with two bytes a character, for as long as it runs.
 */
export const small = {
  compress: true,
  mangle: { keepNames: true },
  codegen: { removeWhitespace: true, asciiOnly: true },
};

/** What stands in errors and stacks stays readable; comments are not kept in memory, but for those that tell bundlers what to leave. */
export const plain = {
  comments: { legal: false, annotation: true, jsdoc: false },
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: false, asciiOnly: true } },
};

/**
 * The files that `input` and `output`, options of rolldown, lead to; they are written when `output` names a folder.
 * `allowed`: codes of warnings that are known and right.
 */
export async function rolled(input, output, allowed = []) {
  const bundle = await rolldown({
    cwd: root,
    platform: "node",
    ...input,
    onLog(level, log, handler) {
      if (!allowed.includes(log.code)) handler(level === "warn" ? "error" : level, log);
    },
  });
  const made = output.dir === undefined ? await bundle.generate(output) : await bundle.write(output);
  await bundle.close();
  return made.output;
}
