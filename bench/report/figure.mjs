// A chart with its title, its legend and the sentences that say how to read it.
import { esc } from "./svg.mjs";

export function figure({ title, text, legend = [], svg, isWide = false }) {
  const entries = legend.map(([className, name]) => `<li><i class="key ${className}"></i>${esc(name)}</li>`).join("");
  return `<figure${isWide ? ' class="wide"' : ""}>
<h3>${esc(title)}</h3>
<p>${esc(text)}</p>
${entries === "" ? "" : `<ul class="legend">${entries}</ul>`}
<div class="plot">${svg}</div>
</figure>`;
}
