/** The certificate of this run, in the place of one that a core agent makes. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inject } from "vitest";

/** Folders that had it. */
const had = new Set<string>();

/**
 * Puts it into the folder of a core agent that is about to start there; one that is there already stays. Once in a folder, because a
 * test that removes it wants another one.
 */
export async function putCertificate(dataDir: string): Promise<void> {
  // Without the set-up of all tests, as when one is run to notice mistakes, the core agent makes its own.
  const pem: string | undefined = inject("ipcCertificate");
  if (pem === undefined || had.has(dataDir)) return;
  had.add(dataDir);
  await writeFile(join(dataDir, "ipc_cert.pem"), pem, { mode: 0o600, flag: "wx" }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    },
  );
}
