// Rows of the package suite, from the results of its scenario.
import { row } from "./row.mjs";

export function packageRows(results) {
  const runs = results.get("installation").filter(({ absent }) => absent === undefined);
  if (runs.length === 0) return [];
  const add = (options) => row({ suite: "package", id: "P19", ...options });
  const pick = (what) => runs.map((run) => run[what]);
  return [
    add({
      name: "packages that a production install brings",
      unit: "packages",
      subjects: pick("packages"),
      bar: { atMost: 48, of: "value" },
    }),
    add({
      name: "a production install on disk",
      unit: "MB",
      subjects: pick("megabytes"),
      bar: { atMost: 26, of: "value" },
    }),
    add({
      name: "importing the library, against importing grpc-js alone",
      unit: "ms",
      subjects: pick("importMs"),
      baselines: pick("grpcMs"),
      bar: { atMost: 1.3 },
    }),
  ];
}
