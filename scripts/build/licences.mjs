// The licences of packages whose code is part of a file that is shipped.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A comment with the licences of all packages that the modules come from. It is in the file itself, because bundlers take a file
 * beside it for a module, and it is of the kind that they keep, so that the licences go where the code goes.
 */
export function licenceComment(moduleIds) {
  const text = licences(packagesOf(moduleIds)).replaceAll("*/", "* /");
  return text === "" ? "" : `/*! @license Parts of this file come from these packages:\n\n${text}*/\n`;
}

/** Folders of the packages that the modules come from. */
function packagesOf(moduleIds) {
  const folders = moduleIds.map(
    (id) => /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id.replaceAll("\\", "/"))?.[1],
  );
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort();
}

function licences(folders) {
  return folders
    .map((folder) => {
      const { name, version, license, author } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
      const file = readdirSync(folder).find((entry) => /^licen[sc]e/i.test(entry));
      const by = typeof author === "string" ? author : author?.name;
      const text = file ? readFileSync(join(folder, file), "utf8").trim() : `${license}${by ? `, ${by}` : ""}`;
      return `${name} ${version} (${license})\n\n${text}\n`;
    })
    .join(`\n${"-".repeat(80)}\n\n`);
}
