import type { PathStep, TimedNode } from './critical-path.js';

const width = 1000;
const left = 290;
const rowHeight = 18;
const top = 48;
/** Steps of the critical path that get a line of their own: the longest. */
const shownSteps = 50;

/**
 * The run as an SVG picture. Above, every node as a bar from its start to its end, packed into as few lanes as the run
 * was parallel, the critical path framed. Below, the critical path step by step on the same scale, with what each step
 * waited for a thread before it in grey.
 */
export function gantt(nodes: readonly TimedNode[], path: readonly PathStep[], title: string): string {
  const end = nodes.reduce((last, node) => Math.max(last, node.end), 1);
  const scale = (width - 20) / end;
  const critical = new Set(path.map((step) => step.nodeId));
  const lanes: number[] = [];
  const bars = [...nodes]
    .sort((a, b) => a.start - b.start || a.end - b.end)
    .map((node) => {
      const free = lanes.findIndex((until) => until <= node.start);
      const lane = free < 0 ? lanes.length : free;
      lanes[lane] = node.end;
      return bar(node, lane, scale, critical.has(node.nodeId));
    });
  const byId = new Map(nodes.map((node) => [node.nodeId, node]));
  const shown = longest(path);
  const first = lanes.length + 2;
  const steps = shown.flatMap((step, index) => {
    const node = byId.get(step.nodeId);
    return node ? [stepLine(step, node, first + index, scale)] : [];
  });
  const rest = path.length - shown.length;
  const rows = first + shown.length + (rest > 0 ? 1 : 0);
  const height = top + rows * rowHeight + 30;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width + left} ${height}" font-family="sans-serif" font-size="11">
<title>${escape(title)}</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="10" y="18" font-size="13" font-weight="bold">${escape(title)}</text>
${legend()}
<text x="10" y="${top + 12}" fill="#666">all ${nodes.length} nodes</text>
<text x="10" y="${top + (first - 1) * rowHeight + 12}" fill="#666">critical path</text>
${rest > 0 ? `<text x="10" y="${top + (rows - 1) * rowHeight + 12}" fill="#666">and ${rest} shorter steps</text>` : ''}
<g transform="translate(${left},${top})">
${axis(end, scale, rows * rowHeight)}
${bars.join('\n')}
${steps.join('\n')}
</g>
</svg>
`;
}

/** In the order of the path. */
function longest(path: readonly PathStep[]): readonly PathStep[] {
  const kept = new Set([...path].sort((a, b) => b.ran + b.waited - (a.ran + a.waited)).slice(0, shownSteps));
  return path.filter((step) => kept.has(step));
}

function bar(node: TimedNode, lane: number, scale: number, critical: boolean): string {
  const x = round(node.start * scale);
  const length = Math.max(1, round((node.end - node.start) * scale));
  const stroke = critical ? ` stroke="${framed}" stroke-width="1.5"` : '';
  const label =
    length > node.name.length * 6 + 6
      ? `<text x="${x + 3}" y="${lane * rowHeight + 12}" fill="#fff">${escape(node.name)}</text>`
      : '';
  return `<g>${tip(node)}<rect x="${x}" y="${lane * rowHeight}" width="${length}" height="${rowHeight - 3}" fill="${fillOf(node)}"${stroke}/>${label}</g>`;
}

function stepLine(step: PathStep, node: TimedNode, row: number, scale: number): string {
  const x = round(node.start * scale);
  const length = Math.max(1, round(step.ran * scale));
  const waited = round(step.waited * scale);
  const y = row * rowHeight;
  const waiting =
    waited >= 1
      ? `<rect x="${round(x - waited)}" y="${y + 6}" width="${waited}" height="3" fill="${waitingFill}"/>`
      : '';
  // beside the bar, on the side where there is room
  const time = x + length < width - 90 ? `x="${x + length + 4}"` : `x="${x - waited - 4}" text-anchor="end"`;
  return `<g>${tip(node)}<text x="-8" y="${y + 12}" text-anchor="end">${escape(shortened(step.name))}</text>${waiting}<rect x="${x}" y="${y}" width="${length}" height="${rowHeight - 3}" fill="${fillOf(node)}"/><text ${time} y="${y + 12}" fill="#666">${seconds(step.ran)}</text></g>`;
}

function tip(node: TimedNode): string {
  return `<title>${escape(node.name)} (${escape(node.status)}): ${seconds(node.start)} to ${seconds(node.end)}, ${seconds(node.end - node.start)}</title>`;
}

const framed = '#d94801';
const waitingFill = '#bbb';
const modelFill = '#4292c6';
const testFill = '#9ecae1';
const badFill = '#cb181d';
const warnFill = '#fdae6b';

function fillOf(node: TimedNode): string {
  const fills: Readonly<Record<string, string>> = {
    error: badFill,
    fail: badFill,
    warn: warnFill,
    cancelled: '#969696',
  };
  return fills[node.status] ?? (node.resourceType === 'test' ? testFill : modelFill);
}

function legend(): string {
  const items = [
    [modelFill, 'model'],
    [testFill, 'test'],
    [badFill, 'failed'],
    [waitingFill, 'waited for a thread'],
  ] as const;
  let x = left;
  const drawn = items.map(([fill, text]) => {
    const item = `<rect x="${x}" y="26" width="10" height="10" fill="${fill}"/><text x="${x + 14}" y="35" fill="#666">${text}</text>`;
    x += 34 + text.length * 6;
    return item;
  });
  return `${drawn.join('')}<rect x="${x}" y="26" width="10" height="10" fill="none" stroke="${framed}" stroke-width="1.5"/><text x="${x + 14}" y="35" fill="#666">on the critical path</text>`;
}

/** Long names of tests keep their beginning and end. */
function shortened(name: string): string {
  return name.length <= 40 ? name : `${name.slice(0, 22)}…${name.slice(-17)}`;
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
