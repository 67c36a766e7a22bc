import { relationOf, type RawTable } from './contract/table.js';
import { rawTables } from './contract/tables.js';
import { truthTables } from './contract/truth.js';

const head = `# The sample shop

One Vietnamese retailer's raw tables, as its systems would deliver them, for 2,000 invented people over eighteen months.
\`thau sample generate\` writes these files (nothing here is edited by hand; a test holds them equal to the generator's output),
\`thau sample load\` fills plain raw tables with them: \`<source>/<table>.csv\` becomes \`raw_<source>.<table>\`.

- No row is about a real person: names are random combinations, mail addresses stand at example.com, example.net and example.org only,
  phone numbers are random digits behind real prefixes.
- An empty CSV field is SQL's null. Times carry a zone unless the column says otherwise; the shop lives in Asia/Ho_Chi_Minh.
- The story begins on 2025-01-01 and ends on 2026-06-30 (\`--days\` and \`--until\` change that). "Now" for the shop is the largest \`_loaded_at\`, not the clock on your wall.
- \`truth/\` is not loaded: it says what a perfect warehouse would find.

`;

/** seeds/sample/README.md, from the contract. */
export function sampleReadme(): string {
  return head + [...rawTables, ...truthTables].map(section).join('\n');
}

function section(table: RawTable): string {
  const rows = table.columns.map(
    ({ name, type, meaning }) => `| ${name} | ${type} | ${meaning.replaceAll('|', '\\|')} |`,
  );
  return [
    `## ${table.source === 'truth' ? `truth/${table.name}.csv` : relationOf(table)}`,
    '',
    `${upper(table.grain)}.${table.oddities === undefined ? '' : ` ${table.oddities}`}`,
    '',
    '| column | type | meaning |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function upper(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
