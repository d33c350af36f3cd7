// npm run etcd-tests [-- --transactions 10000] [--rounds 2] [--pause 1500] [--only storm] [--without storm]
// The store of a fleet with real etcd members: needs etcd and etcdctl (package etcd-server and etcd-client), and dist/. Takes about
// three minutes with the transactions that it has by default.
import { parseArgs } from "node:util";
import { lostMajority, rebornCluster, startWhileAway, tlsAndPages } from "../test/etcd/cases.mjs";
import { etcdIsHere } from "../test/etcd/cluster.mjs";
import { fleetCommands } from "../test/etcd/fleet.mjs";
import { expiredTokens, refusedLogin } from "../test/etcd/logins.mjs";
import { cutOffMember } from "../test/etcd/partition.mjs";
import { storm } from "../test/etcd/storm/storm.mjs";
import { check, results } from "../test/etcd/support.mjs";

const { values } = parseArgs({
  options: {
    transactions: { type: "string", default: "1500" },
    // How often each trouble of the storm comes at least, and how long after the one before, in ms.
    rounds: { type: "string", default: "2" },
    pause: { type: "string", default: "1500" },
    only: { type: "string", default: "" },
    without: { type: "string" },
  },
});
if (!(await etcdIsHere())) {
  console.log(
    "FAILED: etcd and etcdctl are not installed, so that nothing of the store was tested. On Debian: etcd-server and etcd-client.",
  );
  process.exit(1);
}
const tell = (line) => console.log(`   ${line}`);
const cases = {
  "a start while the store is away": startWhileAway,
  "a cluster that was born again": rebornCluster,
  "a lost majority": lostMajority,
  "a member that is cut off": () => cutOffMember({ tell }),
  "tokens that get old": expiredTokens,
  "a login that is refused": refusedLogin,
  "TLS and pages": tlsAndPages,
  "configstream fleet": fleetCommands,
  storm: () =>
    storm({
      transactions: Number(values.transactions),
      rounds: Number(values.rounds),
      pauseMs: Number(values.pause),
      tell,
    }),
};
for (const [name, work] of Object.entries(cases)) {
  if (!name.includes(values.only) || name === values.without) continue;
  console.log(`== ${name}`);
  try {
    await work();
  } catch (error) {
    check(`${name} (${error.stack})`, false);
  }
}
console.log(`${results.passed} passed, ${results.failed} failed`);
process.exitCode = results.failed === 0 ? 0 : 1;
