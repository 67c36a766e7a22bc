import { escaped } from './export-text.js';
import type { Proof } from './finish.js';

/** A proof as one page for a person: without a network, and without anything that tells who was erased. */
export function proofPage(proof: Proof): string {
  const row = (cells: readonly (string | number)[]): string =>
    `<tr>${cells.map((cell) => `<td>${escaped(String(cell))}</td>`).join('')}</tr>`;
  const rows = proof.touched.map(({ table, how, rows: count, because, columns, paths, checksum }) =>
    row([
      table,
      how,
      count,
      [because, columns?.join(', ')].filter(Boolean).join(': '),
      paths.join(' | '),
      checksum?.slice(0, 16) ?? '',
    ]),
  );
  const found = proof.search.found.map(({ table, rows: count }) => row([table, count]));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Proof of erasure ${proof.erasure}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;margin:2rem}table{border-collapse:collapse;font-size:.875rem}th,td{border:1px solid #999;padding:.25rem .5rem;text-align:left;vertical-align:top}</style>
</head><body><main><h1>Proof of erasure ${proof.erasure}</h1>
<p>State: <strong>${proof.state}</strong>. Asked for by ${escaped(proof.requestedBy)}${proof.case === null ? '' : ` in case ${proof.case}`}, begun ${proof.beganAt},
finished ${proof.finishedAt}. The first generation without the person is ${proof.generation}; ${proof.purged.generations} earlier ones were purged, which ends the answers cached of them.</p>
<table><caption>What was done, table by table</caption>
<thead><tr><th scope="col">Table</th><th scope="col">How</th><th scope="col">Rows</th><th scope="col">Reason and columns</th><th scope="col">Lineage</th><th scope="col">Checksum</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table>
<h2>The search of the whole database</h2>
<p>${proof.search.values} identifiers were searched for in every table. ${proof.sharedIdentifiers} identifiers are shared with somebody else and stay with them.</p>
${found.length === 0 ? '<p>Nothing was found.</p>' : `<table><caption>Where something was found</caption><thead><tr><th scope="col">Table</th><th scope="col">Rows</th></tr></thead><tbody>${found.join('\n')}</tbody></table>`}
<p>${proof.files.length} log and artifact files were cleaned. SHA-256 of this proof: <code>${proof.checksum}</code></p>
</main></body></html>
`;
}
