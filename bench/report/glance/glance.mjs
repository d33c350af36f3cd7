// The first page of the report, read at one glance.
import { countVerdicts } from "../../runs/bars.mjs";
import { esc } from "../svg.mjs";
import { mainThreadCard, processCard, readsCard } from "./cards.mjs";

export function glance(run) {
  return `${verdictLine(run)}
<div class="glance">
${[readsCard(run), mainThreadCard(run), processCard(run)].join("\n")}
</div>`;
}

/** How many bounds are met, with ways to those that are not. */
function verdictLine(run) {
  const { met, missed, bars } = countVerdicts(run);
  const links = (some) => some.map(({ id, about }) => `<a href="#${id}" title="${esc(about)}">${id}</a>`).join(" ");
  const parts = [`<b class="met">${met} bounds met</b>`];
  parts.push(missed === 0 ? "none missed" : `<b class="missed">${missed} missed</b> in ${links(bars.missed)}`);
  if (bars.unmeasured.length > 0)
    parts.push(`${bars.unmeasured.length} bars not measured here: ${links(bars.unmeasured)}`);
  return `<p class="verdicts">${parts.join('<span class="dot"> · </span>')}</p>`;
}
