import { HostObject } from '../../jinja/values/host-object.js';
import { HostFunction } from '../../jinja/values/host-function.js';
import { Dict } from '../../jinja/values/dict.js';
import { str } from '../../jinja/values/repr.js';
import { truthy } from '../../jinja/values/truthy.js';
import type { Value } from '../../jinja/values/value.js';
import type { Environment } from '../environment.js';
import { dbtVersion } from '../packages/claimed-version.js';
import type { ProjectSettings } from '../settings/project-settings.js';
import { variablesOf } from '../settings/variables.js';
import { ColumnClass } from './column-value.js';
import { pureFunctions } from './functions.js';
import { HostRecord } from './host-record.js';
import { modules } from './modules/modules.js';
import { toValue } from './plain.js';
import { RelationClass } from './relation-class.js';
import { environmentFunction, VariablesValue } from './variables-value.js';

const pure = pureFunctions();

/** The names that all nodes of a package share: what depends neither on the node nor on the database. */
export function sharedNames(
  settings: ProjectSettings,
  root: ProjectSettings,
  environment: Environment,
): Map<string, Value> {
  const { target } = environment;
  const log = environment.log ?? ((): void => undefined);
  return new Map<string, Value>([
    ...pure,
    ['var', new VariablesValue(variablesOf(settings, root, environment.vars))],
    ['env_var', environmentFunction(environment.env)],
    ['target', targetValue(environment)],
    ['schema', target.schema],
    ['database', target.database],
    ['project_name', root.name],
    ['dbt_version', dbtVersion],
    ['invocation_id', environment.invocationId],
    ['run_started_at', modules.dateTime(environment.startedAt)],
    ['modules', modules.value],
    ['api', new HostRecord('api', { Relation: new RelationClass(root.quoting), Column: new ColumnClass() })],
    [
      'log',
      new HostFunction('log', (call) => {
        const info = call.args[1] ?? call.kwargs.get('info') ?? false;
        log(str(call.args[0] ?? call.kwargs.get('msg') ?? ''), truthy(info));
        return '';
      }),
    ],
    [
      'print',
      new HostFunction('print', (call) => {
        log(str(call.args[0] ?? call.kwargs.get('msg') ?? ''), true);
        return '';
      }),
    ],
    // validators of config.require(): types are not checked twice
    ['validation', new HostRecord('validation', { any: new AnyValidator() })],
    ['dbt_metadata_envs', new Dict()],
    ['selected_resources', []],
  ]);
}

function targetValue({ target }: Environment): Value {
  return toValue({
    profile_name: target.profileName,
    target_name: target.name,
    name: target.name,
    type: 'postgres',
    database: target.database,
    dbname: target.database,
    schema: target.schema,
    host: target.host ?? null,
    port: target.port ?? null,
    user: target.user ?? null,
    threads: target.threads,
  });
}

/** `validation.any[string]`: accepts everything. */
class AnyValidator extends HostObject {
  readonly typeName = 'validator';

  override getItem(): Value {
    return null;
  }
}
