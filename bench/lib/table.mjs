// The results as a Markdown table.
export function renderTable(machine, runs, isQuick) {
  const lines = [`Machine: ${machine}.`, ""];
  if (isQuick) lines.push("A quick run: the numbers show that everything runs, not how fast it is.", "");
  lines.push(
    "| Node.js | bar | what | value | baseline | ratio | spread | bound | met |",
    "|---|---|---|--:|--:|--:|---|--:|---|",
  );
  for (const { version, rows } of runs) {
    for (const row of rows) {
      const spread = row.samples > 1 ? `${row.low}–${row.high}` : "–";
      const met = row.ok === null ? "–" : row.ok ? "yes" : "**no**";
      lines.push(
        `| ${version} | ${row.id} | ${row.name} | ${row.value.toLocaleString("en")} ${row.unit} | ` +
          `${row.baseline.toLocaleString("en")} ${row.unit} | ${row.ratio} | ${spread} | ${row.bar ?? "–"} | ${met} |`,
      );
    }
  }
  return lines.join("\n");
}
