import { ThauError } from '../../errors/thau-error.js';
import type { ManifestNode } from '../../project/manifest.js';

/** A config of a node that its materialisation cannot use. */
export function configError(node: ManifestNode, what: string, hint: string): ThauError {
  return new ThauError('BUILD_CONFIG', `Of ${node.unique_id}: ${what}.`, {
    // dbt writes it as package://path
    at: { file: node.patch_path?.replace(/^[^:]*:\/\//, '') ?? node.original_file_path },
    hint,
  });
}
