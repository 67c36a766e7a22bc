import type { ExportPiece } from './export.js';

export interface ExportHead {
  readonly customer: string;
  readonly generation: number;
  readonly exportedAt: string;
  readonly by: string;
}

type Pieces = AsyncIterable<ExportPiece>;

/** One JSON document, written as it is read. */
export async function* exportJson(head: ExportHead, pieces: Pieces): AsyncGenerator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"tables":[`;
  let open: (ExportPiece & { kind: 'table' }) | undefined;
  let first = true;
  for await (const piece of pieces) {
    if (piece.kind === 'table') {
      if (open) yield ']},';
      open = piece;
      first = true;
      const { kind: _kind, ...facts } = piece;
      yield `\n${JSON.stringify(facts).slice(0, -1)},"rows":[`;
      continue;
    }
    for (const row of piece.rows) {
      const object = Object.fromEntries(
        open?.columns.map(({ name }, index) => [name, row[index] ?? null]) ?? [],
      );
      yield `${first ? '' : ','}\n${JSON.stringify(object)}`;
      first = false;
    }
  }
  yield open ? ']}]}\n' : ']}\n';
}

/** One page that reads without a network: headings, tables with captions and described columns, nothing to run. */
export async function* exportPage(head: ExportHead, pieces: Pieces): AsyncGenerator<string> {
  const title = `What is held about customer ${head.customer}`;
  yield `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title><style>${style}</style></head><body><main>
<h1>${escaped(title)}</h1>
<p>Generation ${head.generation} of the warehouse, read at ${escaped(head.exportedAt)} for ${escaped(head.by)}. Tables of sources hold what was
delivered; tables of models hold what was made of it. Times are as the database shows them.</p>
`;
  let open = false;
  for await (const piece of pieces) {
    if (piece.kind === 'table') {
      if (open) yield '</tbody></table></div></section>\n';
      open = true;
      const heads = piece.columns.map(
        ({ name, description }) =>
          `<th scope="col">${escaped(name)}${description === '' ? '' : `<small>${escaped(description)}</small>`}</th>`,
      );
      yield `<section><h2>${escaped(piece.table)}</h2>
<p>${escaped(piece.origin === 'source' ? 'Source' : 'Model')}. ${escaped(piece.description)}</p>
<details><summary>How it was found</summary><ul>${piece.paths.map((path) => `<li>${escaped(path)}</li>`).join('')}</ul></details>
<div class="wide" role="region" aria-label="${escaped(piece.table)}" tabindex="0"><table><caption>${escaped(piece.table)}</caption>
<thead><tr>${heads.join('')}</tr></thead><tbody>
`;
      continue;
    }
    for (const row of piece.rows)
      yield `<tr>${row.map((value) => (value === null ? '<td class="none">–</td>' : `<td>${escaped(value)}</td>`)).join('')}</tr>\n`;
  }
  yield `${open ? '</tbody></table></div></section>' : '<p>Nothing is held.</p>'}\n</main></body></html>\n`;
}

const style = `body{font:16px/1.5 system-ui,sans-serif;margin:2rem;color:#1a1a1a;background:#fff}
h2{margin-top:2.5rem}table{border-collapse:collapse;font-size:.875rem}caption{text-align:left;font-weight:600;padding:.25rem 0}
th,td{border:1px solid #999;padding:.25rem .5rem;text-align:left;vertical-align:top}th{background:#eee}
th small{display:block;font-weight:400;max-width:16rem}.none{color:#595959}.wide{overflow-x:auto}
@media (prefers-color-scheme:dark){body{color:#eee;background:#111}th{background:#333}.none{color:#b3b3b3}}`;

/** Text as it stands in HTML, in elements and attributes. */
export function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
