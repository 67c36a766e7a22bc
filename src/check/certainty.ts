import { faultOf } from '../postgres/fault.js';
import type { Manifest, ManifestNode } from '../project/manifest.js';

/** Relations, columns, functions, types and schemas that are not there (yet). */
const missing: ReadonlySet<string> = new Set(['42P01', '42703', '42883', '42704', '3F000']);

/**
 * Whether a hook may make what is missing: hooks never run while checking. In a run `on-run-start` has run by then;
 * `runId` 0 is no run.
 */
export function mayBeMadeByHooks(
  error: unknown,
  node: ManifestNode,
  manifest: Manifest,
  runId: number,
): boolean {
  const state = faultOf(error)?.sqlstate;
  if (state === undefined || !missing.has(state)) return false;
  if (node.config['sql_header'] || node.config.pre_hook.length > 0) return true;
  const atStart = Object.values(manifest.nodes).some(
    (one) => one.resource_type === 'operation' && one.tags.includes('on-run-start'),
  );
  return (runId === 0 && atStart) || hasHooksAbove(node, manifest);
}

function hasHooksAbove(node: ManifestNode, manifest: Manifest): boolean {
  const seen = new Set<string>();
  const open = [...node.depends_on.nodes];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const parent = manifest.nodes[id];
    if (!parent) continue;
    if (parent.config.post_hook.length + parent.config.pre_hook.length > 0) return true;
    open.push(...parent.depends_on.nodes);
  }
  return false;
}

/**
 * Refusals that say nothing of the select: a lock or a resource that was not to be had, and what a view refuses though
 * a table may be made so, or what a table allows though the view that stands for it does not (grouping by its primary
 * key alone, `tablesample`, system columns).
 */
export function saysNothing(error: unknown, node: ManifestNode, manifest: Manifest): boolean {
  const fault = faultOf(error);
  if (!fault) return false;
  const { sqlstate: state, message } = fault;
  if (['55P03', '40P01', '57014'].includes(state) || state.startsWith('53')) return true;
  if (state === '0A000') return node.config.materialized !== 'view';
  if (state === '42809') return true;
  if (state === '42703') return /"?\b(ctid|xmin|xmax|cmin|cmax|tableoid)\b"?/.test(message);
  return state === '42803' && node.depends_on.nodes.some((id) => promisesKey(manifest.nodes[id]));
}

function promisesKey(node: ManifestNode | undefined): boolean {
  if (!node) return false;
  const constraints = [
    ...(node.constraints ?? []),
    ...Object.values(node.columns).flatMap((column) => column.constraints),
  ];
  return constraints.some((one) => one['type'] === 'primary_key');
}
