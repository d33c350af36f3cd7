// Loops over one expression, each compiled by itself from text: a loop that is given its read as a function would pay for the
// call, and a loop that two subjects share would be compiled for both. So all subjects have exactly the same loop.

/** Reads per call of a loop: the harness's own cost per read is one call divided by this. */
export const readsPerCall = 1_000;

let made = 0;

/**
 * A loop that reads the same key again and again. `expression` reads `key` with what `scope` names, as in `"map.get(key)"`;
 * numbers, booleans and lengths of texts are summed up, so that nothing is left out.
 */
export function constantLoop(expression, scope, key, { sum = "$", reads = readsPerCall } = {}) {
  return compiled({ ...scope, key }, expression, sum, `for (let i = 0; i < ${reads}; i++) $SUM;`, "", "", reads);
}

/**
 * Constant loops over some keys, one after the other. What one key costs depends on how many others lie before it in its bucket
 * of a hash table, and hashes differ from process to process: a single key would measure luck.
 */
export function constantLoops(expression, scope, keys, options = {}) {
  const loops = keys.map((key) => constantLoop(expression, scope, key, options));
  const sync = () => {
    let total = 0;
    for (const loop of loops) total += loop();
    return total;
  };
  const async = async () => {
    let total = 0;
    for (const loop of loops) total += await loop();
    return total;
  };
  const reads = loops.reduce((sum, loop) => sum + loop.reads, 0);
  return Object.assign(expression.startsWith("await ") ? async : sync, { reads });
}

/** A loop that goes on from key to key with every read, through all of them and again. */
export function rotatingLoop(expression, scope, keys, { sum = "$", reads = readsPerCall } = {}) {
  const body = `let n = at;
    for (let i = 0; i < ${reads}; i++) {
      const key = keys[n];
      $SUM;
      if (++n === ${keys.length}) n = 0;
    }
    at = n;`;
  return compiled({ ...scope, keys }, expression, sum, body, "let at = 0;", "", reads);
}

/** Times `reads` single reads over rotating keys; gives their times in ns. A read of nothing shows what the clock costs. */
export function timedReads(expression, scope, keys, { sum = "$", reads }) {
  const body = `let n = at;
    const times = new Float64Array(${reads});
    for (let i = 0; i < ${reads}; i++) {
      const key = keys[n];
      const before = performance.now();
      $SUM;
      times[i] = (performance.now() - before) * 1e6;
      if (++n === ${keys.length}) n = 0;
    }
    at = n;`;
  const run = compiled({ ...scope, keys, out: {} }, expression, sum, body, "let at = 0;", "out.times = times;", reads);
  return run;
}

function compiled(scope, expression, sum, body, state, after, reads) {
  const isAsync = expression.startsWith("await ");
  const add = `total += ${sum.replace("$", `(${expression})`)}`;
  const source = `
    const { ${Object.keys(scope).join(", ")} } = scope;
    ${state}
    // ${++made}: no two loops share what an engine learns of one.
    return ${isAsync ? "async " : ""}() => {
      let total = 0;
      ${body.replace("$SUM", add)}
      ${after}
      ${after === "" ? "return total;" : "out.total = total; return out;"}
    };`;
  const loop = new Function("scope", source)(scope);
  loop.reads = reads;
  return loop;
}
