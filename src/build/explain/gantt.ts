import type { PathStep, TimedNode } from './critical-path.js';

const width = 1000;
const left = 260;
const rowHeight = 18;
const top = 30;

/**
 * The run as an SVG picture: a bar a node from its start to its end, the critical path in the stronger colour. Rows
 * are packed, so that the picture is as high as the run was parallel: a node stands in the first row free by its start.
 */
export function gantt(nodes: readonly TimedNode[], path: readonly PathStep[], title: string): string {
  const end = Math.max(1, ...nodes.map((node) => node.end));
  const scale = (width - 20) / end;
  const critical = new Set(path.map((step) => step.nodeId));
  const rows: number[] = [];
  const bars = [...nodes]
    .sort((a, b) => a.start - b.start || a.end - b.end)
    .map((node) => {
      const free = rows.findIndex((until) => until <= node.start);
      const row = free < 0 ? rows.length : free;
      rows[row] = node.end;
      return bar(node, row, scale, critical.has(node.nodeId));
    });
  const legend = path.map((step, index) => legendLine(step, index));
  const height = top + Math.max(rows.length, path.length + 1) * rowHeight + 40;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width + left} ${height}" font-family="sans-serif" font-size="11">
<title>${escape(title)}</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="10" y="18" font-size="13" font-weight="bold">${escape(title)}</text>
<text x="10" y="${top + 12}" fill="#666">critical path</text>
${legend.join('\n')}
<g transform="translate(${left},${top})">
${axis(end, scale, rows.length * rowHeight)}
${bars.join('\n')}
</g>
</svg>
`;
}

function bar(node: TimedNode, row: number, scale: number, critical: boolean): string {
  const x = round(node.start * scale);
  const length = Math.max(1, round((node.end - node.start) * scale));
  const fill = fills[node.status] ?? (node.resourceType === 'test' ? '#9ecae1' : '#4292c6');
  const stroke = critical ? ' stroke="#d94801" stroke-width="2"' : '';
  const label =
    length > node.name.length * 6
      ? `<text x="${x + 3}" y="${row * rowHeight + 12}" fill="#fff">${escape(node.name)}</text>`
      : '';
  const tip = `<title>${escape(node.name)} (${escape(node.status)}): ${seconds(node.start)} to ${seconds(node.end)}, ${seconds(node.end - node.start)}</title>`;
  return `<g>${tip}<rect x="${x}" y="${row * rowHeight}" width="${length}" height="${rowHeight - 3}" fill="${fill}"${stroke}/>${label}</g>`;
}

const fills: Readonly<Record<string, string>> = {
  error: '#cb181d',
  fail: '#cb181d',
  warn: '#fdae6b',
  cancelled: '#969696',
};

function legendLine(step: PathStep, index: number): string {
  const waited = step.waited >= 1 ? ` (waited ${seconds(step.waited)})` : '';
  return `<text x="10" y="${top + (index + 2) * rowHeight - 6}">${escape(step.name.slice(0, 30))} ${seconds(step.ran)}${waited}</text>`;
}

/** Five ticks or so, at round numbers of seconds. */
function axis(end: number, scale: number, height: number): string {
  const raw = end / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= raw) ?? raw;
  const ticks: string[] = [];
  for (let at = 0; at <= end; at += step) {
    const x = round(at * scale);
    ticks.push(
      `<line x1="${x}" y1="0" x2="${x}" y2="${height}" stroke="#ddd"/><text x="${x}" y="${height + 14}" fill="#666">${seconds(at)}</text>`,
    );
  }
  return ticks.join('\n');
}

function seconds(milliseconds: number): string {
  const value = milliseconds / 1000;
  return `${value.toFixed(value < 10 ? 2 : 1)} s`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
