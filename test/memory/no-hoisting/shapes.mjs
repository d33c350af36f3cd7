// Every shape in which an application may read in a loop. `make` gives a loop that counts iterations until it sees a change, at
// most as many as its argument says; all bounds stay below 2³¹, where the counter itself would leave optimised code.

/** For reads of a nanosecond or so, of ten, and of hundreds: at least half a second each. */
const FAST = 2 ** 30;
const MIDDLE = 2 ** 28;
const SLOW = 2 ** 24;

/** A loop over one expression, compiled by itself. */
function loop(expression, bound, more = {}) {
  const source = `"use strict"; return (most) => {
    const before = ${expression("0")};
    let i = 0;
    while (i < most && ${expression("i")} === before) i++;
    return i;
  };`;
  return {
    bound,
    make: (reader) => new Function("reader", "handles", "keys", source)(reader, handlesOf(reader), keys),
    ...more,
  };
}

const keys = ["a", "b", "c"];

function handlesOf(reader) {
  return {
    int: reader.setting("a").asInt(),
    text: reader.setting("text").asString(),
    flag: reader.setting("flag").asBool(),
    own: reader.setting("a").as((value) => value),
    section: reader.setting("part").as((value) => value),
  };
}

export const shapes = {
  "handle.value": loop(() => "handles.int.value", FAST),
  "handle.value, text": loop(() => "handles.text.value", FAST),
  "handle.value, boolean": loop(() => "handles.flag.value", FAST),
  "handle.value, own parser": loop(() => "handles.own.value", FAST),
  "handle.value, section": loop(() => "handles.section.value", SLOW),
  "handle.value, summed": {
    bound: FAST,
    make(reader) {
      const handle = reader.setting("a").asInt();
      return (most) => {
        const before = handle.value;
        let sum = 0;
        let i = 0;
        for (; i < most; i++) {
          const value = handle.value;
          sum = (sum + value) | 0;
          if (value !== before) break;
        }
        return sum === 0.5 ? -1 : i;
      };
    },
  },
  "handle.value, empty body": {
    bound: FAST,
    make(reader) {
      const handle = reader.setting("a").asInt();
      return (most) => {
        let i = most;
        while (handle.value === 1 && --i > 0);
        return most - i;
      };
    },
  },
  "getInt, constant key": loop(() => 'reader.getInt("a")', MIDDLE),
  "getInt, rotating keys": loop((i) => `reader.getInt(keys[${i} % 3])`, MIDDLE),
  "getInt, missing key": loop(() => '(reader.getInt("missing", 5) + reader.getInt("b"))', MIDDLE),
  getString: loop(() => 'reader.getString("text")', MIDDLE),
  getBool: loop(() => 'reader.getBool("flag")', MIDDLE),
  getFloat64: loop(() => 'reader.getFloat64("a")', MIDDLE),
  get: loop(() => 'reader.get("a")', MIDDLE),
  getSource: loop(() => 'reader.getSource("a")', MIDDLE),
  "get, section": loop(() => 'reader.get("part")', SLOW),
  getSequenceId: loop(() => "reader.getSequenceId()", SLOW),
  "view().getInt": loop(() => 'reader.view().getInt("a")', SLOW),
  // Not a shape of an application: an engine that took the read out of the loop would run this.
  "hoisted by hand": {
    bound: FAST,
    hoisted: true,
    make(reader) {
      const handle = reader.setting("a").asInt();
      return (most) => {
        const { value } = handle;
        let i = 0;
        while (i < most && value === 1) i++;
        return i;
      };
    },
  },
};
