// The cards of the page that is read at a glance: what a read costs, what the main thread notices, what a process takes.

import { number } from "../numbers.mjs";
import { duration, esc } from "../svg.mjs";
import { bars, decadeScale, shareScale } from "./bars.mjs";
import { installRows, mainThread, processCosts, readCosts } from "./facts.mjs";

export function readsCard(run) {
  const costs = readCosts(run);
  if (costs.length === 0) return missing("What a read costs", "reads");
  const own = costs.find(({ name }) => name === "getInt(key)");
  const dearest = costs.at(-1);
  const scale = decadeScale(
    costs.map(({ ns }) => ns),
    duration,
  );
  const rows = costs.map(({ name, isOurs, ns, factor }) => ({
    name,
    className: isOurs ? "ours" : name === "Map.get(key)" ? "other strong" : "other",
    value: ns,
    text: duration(ns),
    more: factorText(factor),
  }));
  const text = `One key among 1,000, each beside getInt in a process of its own; peers in their best case. Logarithmic: each line is ten times slower.`;
  return card({
    className: "wide",
    title: "What a read costs",
    claim: `${duration(own.ns)}, where ${dearest.name} takes ${duration(dearest.ns)}`,
    text,
    content: bars(rows, { label: "Time of one read, quickest first", scale }),
  });
}

/** Beside getInt. */
function factorText(factor) {
  if (factor === 1) return "the measure";
  return factor < 1 ? `${number(1 / factor)}× faster` : `${number(factor)}× slower`;
}

export function mainThreadCard(run) {
  const { cpu, stall } = mainThread(run);
  if (cpu === undefined && stall === undefined) return missing("What the main thread notices", "isolation");
  const part = (title, { ours, theirs, ratio }, write) => {
    const rows = [
      { name: "in-thread", className: "theirs", value: theirs, text: write(theirs) },
      { name: "this library", className: "ours", value: ours, text: write(ours), more: lessText(ratio) },
    ];
    return `<h4>${esc(title)}</h4>\n${bars(rows, { label: title, scale: shareScale([ours, theirs]) })}`;
  };
  const parts = [`<p>In-thread is grpc-js in the main thread, which this library has in a worker.</p>`];
  if (cpu) parts.push(part("CPU of a core at 10,000 updates a second", cpu, (value) => `${number(value)} %`));
  if (stall) parts.push(part("Longest stall, resync of 100,000 settings", stall, (ms) => duration(ms * 1e6)));
  return card({
    title: "What the main thread notices",
    className: "main-thread",
    claim: [cpu && `${lessText(cpu.ratio)} CPU`, stall && `stalls ${shorterText(stall.ratio)}`]
      .filter(Boolean)
      .join(", "),
    content: parts.join("\n"),
  });
}

function lessText(ratio) {
  return ratio < 1 ? `${number(1 / ratio)}× less` : `${number(ratio)}× more`;
}

function shorterText(ratio) {
  return ratio < 1 ? `${number(1 / ratio)}× shorter` : `${number(ratio)}× longer`;
}

export function processCard(run) {
  const costs = processCosts(run);
  const install = installRows(run);
  if (costs.length === 0 && install.length === 0) return missing("What a process takes", "isolation");
  const alone = costs.find(({ className }) => className === "other");
  const rows = costs.map(({ name, className, mib }) => ({
    name,
    className,
    value: mib,
    text: `${number(mib)} MiB`,
    more: alone === undefined || mib === alone.mib ? undefined : `+${number(mib - alone.mib)}`,
  }));
  const own = costs.find(({ name }) => name === "this consumer");
  return card({
    title: "What a process takes",
    claim: own === undefined ? "memory not measured" : `${number(own.mib)} MiB, worker included`,
    text:
      costs.length === 0
        ? ""
        : "Its own pages and its share of those it shares (PSS), with the real agent's settings; beside Node.js alone.",
    content: `${costs.length === 0 ? "" : bars(rows, { label: "Memory of a process", scale: shareScale(costs.map(({ mib }) => mib)) })}
<p class="note">${esc(installText(install))}</p>`,
  });
}

function installText(rows) {
  const counted = rows.filter(({ unit }) => unit === "packages" || unit === "MB");
  if (counted.length === 0) return "What an install brings: npm run bench -- --suite package";
  return `A production install: ${counted.map(({ value, unit }) => `${number(value)} ${unit}`).join(", ")}.`;
}

function missing(title, suite) {
  return card({
    title,
    claim: "not measured",
    content: `<p class="note">npm run bench -- --suite ${esc(suite)} measures it.</p>`,
  });
}

function card({ title, claim, text = "", content, className = "" }) {
  return `<section class="card ${className}">
<h3>${esc(title)}</h3>
<p class="claim">${esc(claim)}</p>
${text === "" ? "" : `<p>${esc(text)}</p>`}
${content}
</section>`;
}
