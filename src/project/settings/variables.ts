import { Expect } from '../yaml/expect.js';
import type { YamlMapping } from '../yaml/yaml-file.js';
import type { ProjectSettings } from './project-settings.js';

/**
 * What `var()` finds in a package: the command line's, then the root project's for that package, the root
 * project's for all, and last the package's own.
 */
export function variablesOf(
  settings: ProjectSettings,
  root: ProjectSettings,
  commandLine: YamlMapping,
): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  const add = (vars: YamlMapping | undefined): void => {
    for (const [name, value] of Object.entries(vars ?? {})) found.set(name, value);
  };
  const scoped = (vars: YamlMapping): YamlMapping | undefined => {
    const own = Object.hasOwn(vars, settings.name) ? vars[settings.name] : undefined;
    return Expect.isMapping(own) ? own : undefined;
  };
  if (settings !== root) {
    add(settings.vars);
    add(scoped(settings.vars));
  }
  add(root.vars);
  add(scoped(root.vars));
  add(commandLine);
  return found;
}
