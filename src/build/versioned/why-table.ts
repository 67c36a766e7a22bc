import type { Manifest, ManifestNode } from '../../project/manifest.js';
import { isMicrobatch } from '../../project/settings/microbatch-config.js';

interface Facts {
  readonly manifest: Manifest;
  readonly readAsTables: ReadonlyMap<string, string>;
}

/** What of a node only a table of its own can have: why its generations cannot share rows. */
export function whyTable(node: ManifestNode, facts: Facts): string | undefined {
  const { config } = node;
  if (config['unlogged'] === true) return 'is unlogged';
  if (isMicrobatch(config)) return 'is built by batches of time';
  if (constraintKinds(node).some((kind) => kind !== 'not_null' && kind !== 'check')) {
    return 'its contract has a key or a constraint of its own';
  }
  if ([...config.pre_hook, ...config.post_hook].some((hook) => mayNameThis(hook.sql))) {
    return 'a hook may name `this`';
  }
  const macro = overridden(node, facts.manifest);
  if (macro !== undefined) return `the project has its own ${macro}`;
  const reader = facts.readAsTables.get(node.unique_id);
  return reader === undefined ? undefined : `${reader} reads it as only a table can be read`;
}

function constraintKinds(node: ManifestNode): readonly unknown[] {
  const contract = node.config['contract'] as { enforced?: unknown } | undefined;
  if (contract?.enforced !== true) return [];
  return [
    ...(node.constraints ?? []),
    ...Object.values(node.columns).flatMap((column) => column.constraints),
  ].map((constraint) => (constraint as Record<string, unknown>)['type']);
}

/** A hook without Jinja names no relation of the run; a grant on `this` is as good on a view. */
function mayNameThis(hook: string): boolean {
  return (
    /\{[{%]/.test(hook) && !/^\s*grant\s+[\w\s,]+\s+on\s+\{\{-?\s*this\s*-?\}\}\s+to\s[^{]*$/i.test(hook)
  );
}

/** dbt's macros that make a snapshot's SQL, where a project or package has its own. */
function overridden(node: ManifestNode, manifest: Manifest): string | undefined {
  if (node.resource_type !== 'snapshot') return undefined;
  const wanted =
    /^(\w+__)?(snapshot_\w+_strategy|snapshot_merge_sql|snapshot_staging_table|build_snapshot_table)$/;
  return Object.values(manifest.macros).find(
    (macro) => macro.package_name !== 'dbt' && wanted.test(macro.name),
  )?.name;
}
