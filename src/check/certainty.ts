import { faultOf } from '../postgres/fault.js';
import type { Manifest, ManifestNode } from '../project/manifest.js';

/** Relations, columns, functions, types, schemas and rights that are not there (yet). */
const missing: ReadonlySet<string> = new Set(['42P01', '42703', '42883', '42704', '3F000', '42501']);

const syntaxError = '42601';

export interface RunsCode {
  readonly manifest: Manifest;
  /** 0: no run, so that `on-run-start` has not run either. */
  readonly runId: number;
  /** Whether a node is made by a materialization of the project's own. */
  isOwn(this: void, node: ManifestNode): boolean;
}

/**
 * Whether what a project itself runs, none of which runs while checking, may make good what the server refuses: a
 * node's own hooks before it anything; whatever runs anywhere in the project what is missing, since dbt's users make
 * functions and tables there; hooks above it what they may have altered, which a fault of syntax is not.
 */
export function mayBeMadeGood(
  error: unknown,
  node: ManifestNode,
  { manifest, runId, isOwn }: RunsCode,
): boolean {
  if (Boolean(node.config['sql_header']) || node.config.pre_hook.length > 0) return true;
  const state = faultOf(error)?.sqlstate;
  if (state === undefined || state === syntaxError) return false;
  const runsCode = (one: ManifestNode): boolean =>
    one.resource_type === 'operation'
      ? runId === 0 && one.tags.includes('on-run-start')
      : one.config.pre_hook.length + one.config.post_hook.length > 0 || isOwn(one);
  if (missing.has(state)) return Object.values(manifest.nodes).some(runsCode);
  return state.startsWith('42') && above(node, manifest).some(runsCode);
}

/** The nodes that a node reads, and what they read. */
function above(node: ManifestNode, manifest: Manifest): ManifestNode[] {
  const seen = new Map<string, ManifestNode>();
  const open = [...node.depends_on.nodes];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const parent = manifest.nodes[id];
    if (!parent || seen.has(id)) continue;
    seen.set(id, parent);
    open.push(...parent.depends_on.nodes);
  }
  return [...seen.values()];
}

/**
 * Whether a hook may give the node's own relation other columns than its select has: any but those that are known to
 * change none.
 */
export function mayAlter(node: ManifestNode): boolean {
  return [...node.config.pre_hook, ...node.config.post_hook].some(({ sql }) => !harmless.test(sql));
}

const harmless =
  /^\s*(?:grant|revoke|analyze|vacuum|comment|create\s+(?:unique\s+)?index|insert|update|delete|refresh|set|reset|notify|select\s+pg_)\b[^;]*;?\s*$/i;

/** Of a lock or a resource that was not to be had, of the server's state: no word about the select. */
const passing = /^(?:08|25|40|53|54|55|57|58|XX)/;

/**
 * Refusals that say nothing of the select: see `passing`, and what a view refuses though
 * a table may be made so, or what a table allows though the view that stands for it does not (grouping by its primary
 * key alone, `tablesample`, system columns).
 */
export function saysNothing(error: unknown, node: ManifestNode, manifest: Manifest): boolean {
  const fault = faultOf(error);
  if (!fault) return false;
  const { sqlstate: state, message } = fault;
  if (passing.test(state)) return true;
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
