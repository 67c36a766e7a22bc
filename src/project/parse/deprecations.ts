import { ThauError } from '../../errors/thau-error.js';
import type { ManifestNode } from '../manifest.js';
import type { Session } from './session.js';

/** Warns of models whose `deprecation_date` has passed, and of whoever refers to one that has such a date. */
export function warnOfDeprecations(nodes: readonly ManifestNode[], session: Session): void {
  const dated = new Map(nodes.filter((node) => hasDate(node)).map((node) => [node.unique_id, node]));
  if (dated.size === 0) return;
  const now = session.environment.startedAt.getTime();
  const isPast = (node: ManifestNode): boolean => Date.parse(node.deprecation_date ?? '') < now;
  for (const node of dated.values()) {
    if (!isPast(node)) continue;
    session.problems.warn(
      warning(node, `model "${shown(node)}" was to be gone by ${dayOf(node)}`, 'Remove or disable it.'),
    );
  }
  for (const node of nodes) {
    if (node.resource_type === 'test') continue;
    for (const id of node.depends_on.nodes) {
      const model = dated.get(id);
      if (model === undefined) continue;
      const when = `${isPast(model) ? 'was deprecated on' : 'will be deprecated on'} ${dayOf(model)}`;
      session.problems.warn(
        warning(node, `"${node.name}" refers to "${shown(model)}", which ${when}`, replacement(model)),
      );
    }
  }
}

function hasDate({ deprecation_date: date }: ManifestNode): boolean {
  return typeof date === 'string' && !Number.isNaN(Date.parse(date));
}

function dayOf({ deprecation_date: date }: ManifestNode): string {
  return date?.slice(0, 10) ?? '';
}

function shown({ name, version }: ManifestNode): string {
  return version === null || version === undefined ? name : `${name}.v${version}`;
}

function replacement({ name, version, latest_version: latest }: ManifestNode): string {
  if (latest === null || latest === undefined || String(latest) === String(version))
    return 'Read another model.';
  return `Read the latest version: {{ ref('${name}', v=${latest}) }}.`;
}

function warning(node: ManifestNode, message: string, hint: string): ThauError {
  return new ThauError('PROJECT_DEPRECATED', message, {
    at: node.declared_at ?? { file: node.original_file_path },
    hint,
  });
}
