import { isTest, type NodeResult } from '../../build/report/node-result.js';
import type { Styles } from '../styles.js';

/** `  3 of 12  OK    table  unified.customers  SELECT 100  0.12 s`: how a node ended, for people. */
export function nodeLine(result: NodeResult, index: number, total: number, style: Styles): string {
  const width = String(total).length;
  const place = `${String(index).padStart(width)} of ${total}`;
  const [word, paint] = words[result.status];
  const kind = kindOf(result);
  const parts = [
    style.dim(place),
    style[paint](word.padEnd(6)),
    style.dim(kind.padEnd(11)),
    displayName(result),
  ];
  if (['success', 'partial success'].includes(result.status) && result.message !== null)
    parts.push(style.dim(result.message));
  const counted = result.resourceType !== 'unit_test';
  if (counted && (result.status === 'fail' || result.status === 'warn')) parts.push(failures(result));
  if (result.status === 'skipped' && result.message !== null) parts.push(style.dim(result.message));
  if (result.seconds !== null) parts.push(style.dim(duration(result.seconds)));
  return parts.join('  ');
}

function kindOf({ resourceType, materialized }: NodeResult): string {
  if (resourceType === 'test') return 'test';
  return resourceType === 'unit_test' ? 'unit test' : (materialized ?? resourceType);
}

const words: Readonly<
  Record<NodeResult['status'], readonly [string, 'green' | 'red' | 'yellow' | 'dim' | 'cyan']>
> = {
  success: ['OK', 'green'],
  'partial success': ['PART', 'red'],
  carried: ['KEPT', 'cyan'],
  pass: ['PASS', 'green'],
  warn: ['WARN', 'yellow'],
  fail: ['FAIL', 'red'],
  error: ['ERROR', 'red'],
  skipped: ['SKIP', 'yellow'],
  cancelled: ['STOP', 'yellow'],
};

/** `schema.name` of what was built without the run's suffix; else the node's name. */
export function displayName(result: NodeResult): string {
  if (isTest(result.resourceType) || result.relation === null) return result.name;
  return result.relation.replace(/__r\d+\./, '.');
}

/** `3 rows`. */
export function failures(result: NodeResult): string {
  return `${result.failures ?? 0} ${result.failures === 1 ? 'row' : 'rows'}`;
}

/** `0.12 s`, `3 m 05 s`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(2)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} m ${String(whole % 60).padStart(2, '0')} s`;
}
