import type { Reporter, RunEvent } from '../../build/report/run-event.js';
import { errorToJson } from '../../errors/format.js';
import type { Output } from '../output.js';
import { duration, nodeLine } from './node-line.js';
import { runSummary } from './run-summary.js';

/**
 * Tells a run as it goes: a line per finished node; on a terminal also what is being built at the moment, drawn
 * over; with `--json` an object per event.
 */
export function runReporter(output: Output): Reporter {
  if (output.json) return (event) => output.log(event.type, eventFields(event), levelOf(event));
  return output.isTerminal ? terminalReporter(output) : plainReporter(output);
}

function plainReporter(output: Output): Reporter {
  return (event) => {
    if (event.type === 'log' && event.printed === true) output.print(event.message);
    else for (const line of linesOf(event, output)) output.log(line);
  };
}

/** Finished lines scroll; below them stand the nodes under way, drawn again each time something changes. */
function terminalReporter(output: Output): Reporter {
  const running = new Map<string, { name: string; since: number }>();
  let drawn = 0;
  let done = 0;
  let total = 0;
  const erase = (): void => {
    if (drawn > 0) output.draw(`\u001b[${drawn}A\u001b[J`);
    drawn = 0;
  };
  const draw = (): void => {
    if (total === 0) return;
    const now = performance.now();
    const names = [...running.values()].map(({ name, since }) =>
      now - since > 1000 ? `${name} ${duration((now - since) / 1000)}` : name,
    );
    const line = `${done} of ${total}  ${names.join(', ')}`;
    output.draw(`${output.style.dim(line.slice(0, Math.max(20, output.columns - 1)))}\n`);
    drawn = 1;
  };
  let timer: NodeJS.Timeout | undefined;
  return (event) => {
    erase();
    if (event.type === 'run_started') {
      total = event.total;
      timer = setInterval(() => {
        erase();
        draw();
      }, 500).unref();
    } else if (event.type === 'node_started') {
      running.set(event.nodeId, { name: event.name, since: performance.now() });
    } else if (event.type === 'node_finished') {
      running.delete(event.result.nodeId);
      done += 1;
    } else if (event.type === 'publishing' || event.type === 'run_finished') {
      running.clear();
      total = 0;
      clearInterval(timer);
    }
    if (event.type === 'log' && event.printed === true) output.print(event.message);
    else for (const line of linesOf(event, output)) output.log(line);
    draw();
  };
}

function linesOf(event: RunEvent, { style }: Output): string[] {
  switch (event.type) {
    case 'run_started':
      return [
        `${style.bold(`Run ${event.runId}`)}: ${event.command} of ${event.total} ${event.total === 1 ? 'node' : 'nodes'}, ${event.threads} at a time`,
      ];
    case 'run_took_over':
      return [style.dim(`cleaned up after run ${event.runs.join(', ')}, whose process had ended`)];
    case 'node_finished':
      // what is carried forward is counted at the end: a thousand lines would hide the three that matter
      return event.result.status === 'carried'
        ? []
        : [nodeLine(event.result, event.index, event.total, style)];
    case 'log':
      return event.toConsole ? [event.message] : [];
    case 'run_finished':
      return [runSummary(event.summary, style)];
    default:
      return [];
  }
}

function levelOf(event: RunEvent): 'info' | 'warn' {
  if (event.type === 'node_finished') {
    return ['error', 'partial success', 'fail', 'warn', 'skipped'].includes(event.result.status)
      ? 'warn'
      : 'info';
  }
  return event.type === 'run_finished' && event.summary.error !== undefined ? 'warn' : 'info';
}

function eventFields(event: RunEvent): Record<string, unknown> {
  const { type: _type, at: _at, ...fields } = event as RunEvent & Record<string, unknown>;
  if (event.type === 'node_finished') {
    const { compiledCode: _code, error, ...result } = event.result;
    return { ...fields, result: { ...result, ...(error !== undefined && { error: errorToJson(error) }) } };
  }
  if (event.type === 'run_finished') {
    const { results, error, ...summary } = event.summary;
    const counts: Record<string, number> = {};
    for (const result of results) counts[result.status] = (counts[result.status] ?? 0) + 1;
    return { summary: { ...summary, counts, ...(error !== undefined && { error: errorToJson(error) }) } };
  }
  return fields;
}
