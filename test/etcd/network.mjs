// A network of its own for each member, so that a member can be cut off while its process runs: network namespaces of Linux, joined by a
// bridge. Needs the right to make them.
import { execFileSync } from "node:child_process";

const ip = (...args) => execFileSync("ip", args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
const tryIp = (...args) => {
  try {
    return ip(...args);
  } catch {
    // It was not made, or cannot be made here.
    return "";
  }
};

/** Removes what runs left that were killed. */
function removeLeftovers() {
  const ended = new Set();
  for (const [name, id] of tryIp("netns", "list").matchAll(/^cs(\d+)-\d+/gm)) {
    try {
      process.kill(Number(id), 0);
    } catch (error) {
      if (error.code !== "ESRCH") continue;
      tryIp("netns", "del", name);
      ended.add(id);
    }
  }
  for (const id of ended) tryIp("link", "del", `cs${id}`);
}

/** `undefined` where namespaces cannot be made here. */
export function makeNetwork(size) {
  const bridge = `cs${process.pid}`;
  // Of the addresses that are kept for tests of networks (RFC 2544).
  const subnet = `198.18.${process.pid % 256}`;
  const members = Array.from({ length: size }, (_unused, at) => ({
    name: `${bridge}-${at}`,
    link: `${bridge}v${at}`,
    host: `${subnet}.${at + 1}`,
  }));
  const remove = () => {
    for (const { name } of members) tryIp("netns", "del", name);
    tryIp("link", "del", bridge);
  };
  removeLeftovers();
  try {
    ip("link", "add", bridge, "type", "bridge");
    ip("address", "add", `${subnet}.254/24`, "dev", bridge);
    ip("link", "set", bridge, "up");
    for (const { name, link, host } of members) {
      ip("netns", "add", name);
      ip("link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", name);
      ip("link", "set", link, "master", bridge, "up");
      ip("-n", name, "address", "add", `${host}/24`, "dev", "eth0");
      ip("-n", name, "link", "set", "eth0", "up");
      ip("-n", name, "link", "set", "lo", "up");
      ip("netns", "exec", name, "true");
    }
  } catch {
    remove();
    return undefined;
  }
  const between = (verb, at) => {
    for (const [other, { name, host }] of members.entries()) {
      if (other === at) continue;
      ip("-n", name, "route", verb, "blackhole", `${members[at].host}/32`);
      ip("-n", members[at].name, "route", verb, "blackhole", `${host}/32`);
    }
  };
  return {
    hosts: members.map(({ host }) => host),
    /** What a command begins with so that it runs in the network of a member, as the process that was started. */
    within: (at) => ["ip", "netns", "exec", members[at].name],
    /** The others and this one hear nothing of each other; clients still reach it. */
    partition: (at) => between("add", at),
    heal: (at) => between("del", at),
    /** Nobody hears of it, and no connection to it is closed. */
    swallow: (at) => ip("link", "set", members[at].link, "nomaster"),
    giveBack: (at) => ip("link", "set", members[at].link, "master", bridge),
    remove,
  };
}
