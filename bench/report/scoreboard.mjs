// The bars as tiles: in large, what the first version measured, and a chip for each version. A bar without a number says why.
import { verdicts } from "../runs/bars.mjs";
import { boundText, judgedText, majorOf, number, spreadText } from "./numbers.mjs";
import { esc } from "./svg.mjs";

export function scoreboard(run) {
  const tiles = verdicts(run).flatMap((verdict) => tilesOf(verdict, run.nodes));
  return `<div class="tiles">${tiles.join("\n")}</div>`;
}

/** The first tile of a bar is where links to it lead. */
function tilesOf({ id, about, rows, why }, nodes) {
  if (rows.length === 0) return [emptyTile(id, about, why)];
  const names = [...new Set(rows.map(({ name }) => name))];
  return names.map((name, i) => {
    const found = nodes.flatMap((node) => rows.filter((row) => row.name === name && row.node === node));
    return tile(found.length === 0 ? rows.filter((row) => row.name === name) : found, i === 0 ? ` id="${id}"` : "");
  });
}

function emptyTile(id, about, why) {
  return `<article class="tile unmeasured" id="${id}"><header><span>${id}</span><span>not measured</span></header>
<strong>–</strong><p>${esc(about)}</p><div class="chips"><span class="chip unmeasured">${esc(why)}</span></div></article>`;
}

function tile(found, attribute) {
  const [first] = found;
  const chips = found.map((row) => {
    const against = row.baseline === null ? "" : ` against ${number(row.baseline)} ${row.unit}`;
    const title = `${number(row.value)} ${row.unit}${against}, spread ${spreadText(row)}`;
    const { mark, className } = shown(row.ok);
    return `<span class="chip ${className}" title="${esc(title)}">${mark} Node ${esc(majorOf(row.node))} · ${esc(judgedText(row))}</span>`;
  });
  const bounds = [...new Set(found.map(boundText))].join(", then ");
  return `<article class="tile ${worst(found)}"${attribute}><header><span>${esc(first.id)}</span><span>bound ${esc(bounds)}</span></header>
<strong>${esc(judgedText(first))}</strong><p>${esc(first.name)}</p><div class="chips">${chips.join("")}</div></article>`;
}

function shown(ok) {
  if (ok === null) return { mark: "not measured,", className: "unmeasured" };
  return ok ? { mark: "✓", className: "met" } : { mark: "✗", className: "missed" };
}

function worst(rows) {
  if (rows.some(({ ok }) => ok === false)) return "missed";
  return rows.some(({ ok }) => ok === null) ? "unmeasured" : "met";
}
