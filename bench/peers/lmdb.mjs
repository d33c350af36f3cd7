import { open } from "lmdb";

export function create(settings, dir) {
  return openWith(settings, dir, {});
}

export async function openWith(settings, dir, options) {
  const db = open({ path: dir, noSync: true, ...options });
  db.transactionSync(() => {
    for (const { key, value } of settings) db.putSync(key, value);
  });
  return { expression: "db.get(key)", scope: { db }, close: () => db.close() };
}
