/** Sockets in the file system (named pipes under Windows) that this user's processes alone can reach. */
import { chmod, lstat, rm } from "node:fs/promises";
import { connect, type Server } from "node:net";

/**
 * Listens at a path. A socket that a process left behind there when it was killed is replaced; one that is in use, and anything that is no
 * socket, stays. Rejects with the system's error, such as EADDRINUSE, and the server listens nowhere then.
 */
export async function listenAt(server: Server, path: string): Promise<void> {
  await removeStale(path);
  await new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen(path, () => {
      server.off("error", fail);
      // Of one connection, as when too many files are open.
      server.on("error", () => {});
      done();
    });
  });
  if (process.platform === "win32") return;
  try {
    await chmod(path, 0o600);
  } catch (thrown) {
    server.close();
    throw thrown;
  }
}

async function removeStale(path: string): Promise<void> {
  const isSocket = await lstat(path).then(
    (found) => found.isSocket(),
    () => false,
  );
  if (isSocket && !(await isInUse(path))) await rm(path, { force: true });
}

/** Also when it takes no connection for now, because whatever uses it is busy. */
async function isInUse(path: string): Promise<boolean> {
  return await new Promise<boolean>((done) => {
    const socket = connect(path);
    socket.once("error", ({ code }: NodeJS.ErrnoException) => done(code !== "ECONNREFUSED"));
    socket.once("connect", () => {
      socket.destroy();
      done(true);
    });
  });
}
