import { Dict } from '../../jinja/values/dict.js';
import { HostFunction } from '../../jinja/values/host-function.js';
import type { Value } from '../../jinja/values/value.js';
import type { Project } from '../parse-project.js';
import type { ProjectSettings } from '../settings/project-settings.js';
import { HostRecord } from './host-record.js';
import { toValue } from './plain.js';

/** What packages read of dbt's RuntimeConfig (`ref.config`): names, versions and variables of the project and its packages. */
export function runtimeConfig({ settings, packages, environment }: Project): Value {
  const { target, vars } = environment;
  const describe = ({ name, version }: ProjectSettings): Readonly<Record<string, Value>> => ({
    project_name: name,
    version: version ?? null,
  });
  const dependencies = new Dict(
    [...packages].map(([name, one]) => [name, new HostRecord('RuntimeConfig', describe(one))] as const),
  );
  return new HostRecord('RuntimeConfig', {
    ...describe(settings),
    profile_name: target.profileName,
    target_name: target.name,
    threads: target.threads,
    cli_vars: toValue(vars),
    vars: new HostRecord('VarProvider', {
      vars: toValue(settings.vars),
      to_dict: new HostFunction('to_dict', () => toValue(settings.vars)),
    }),
    dependencies,
    args: new HostRecord('Namespace', {}),
  });
}
