// The bars as tiles: in large, what the first version measured, and a chip for each version.

import { boundText, number } from "./numbers.mjs";
import { esc } from "./svg.mjs";

export function scoreboard({ rows, nodes }) {
  const judged = rows.filter(({ ok }) => ok !== null);
  const names = [...new Map(judged.map((row) => [`${row.id} ${row.name}`, row])).values()];
  names.sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));
  const tiles = names.map(({ id, name }) => {
    const found = nodes.flatMap((node) =>
      judged.filter((row) => row.id === id && row.name === name && row.node === node),
    );
    return tile(found);
  });
  const met = judged.filter(({ ok }) => ok).length;
  return { html: `<div class="tiles">${tiles.join("")}</div>`, met, judged: judged.length };
}

function tile(found) {
  const [first] = found;
  const missed = found.some(({ ok }) => !ok);
  const chips = found.map((row) => {
    const title = `${number(row.value)} ${row.unit}${row.baseline === null ? "" : ` against ${number(row.baseline)} ${row.unit}`}, spread ${number(row.low ?? row.valueLow)} to ${number(row.high ?? row.valueHigh)}`;
    return `<span class="chip${row.ok ? "" : " missed"}" title="${esc(title)}">${row.ok ? "✓" : "✗"} Node ${esc(row.node.slice(1).split(".")[0])} · ${esc(large(row))}</span>`;
  });
  return `<article class="tile${missed ? " missed" : ""}"><header><span>${esc(first.id)}</span><span>bound ${esc(bounds(found))}</span></header>
<strong>${esc(large(first))}</strong><p>${esc(first.name)}</p><div class="chips">${chips.join("")}</div></article>`;
}

function bounds(found) {
  return [...new Set(found.map(boundText))].join(", then ");
}

function large(row) {
  if (row.barIs.endsWith("value")) return `${number(row.value)} ${row.unit}`;
  return `${number(row.ratio)}×${row.isSpeedUp ? " faster" : ""}`;
}
