import { globToRegex } from '../files/ignore-rules.js';
import type { Selectable } from './selectable.js';

const known = new Map<string, RegExp>();

/** Whether a path, folder or pattern of paths (`*` within a folder, `**` across) names the node's file. */
export function matchesPath(node: Selectable, value: string): boolean {
  let regex = known.get(value);
  if (regex === undefined) {
    const path = value.replaceAll('\\', '/').replace(/^\.\//, '').replace(/\/+$/, '');
    // a folder names everything below it
    regex = new RegExp(`^${globToRegex(path)}(?:/.*)?$`);
    known.set(value, regex);
  }
  return regex.test(node.original_file_path);
}
