import { callSync } from '../../jinja/render.js';
import type { Value } from '../../jinja/values/value.js';
import { str } from '../../jinja/values/repr.js';
import { standardPackage, type MacroEntry, type MacroTable } from '../context/macro-table.js';
import { LazyRecord } from '../context/lazy-record.js';
import type { NodeGlobals } from '../context/node-globals.js';
import { RelationValue } from '../context/relation-value.js';
import type { Target } from '../environment.js';
import type { NodeConfig } from '../manifest.js';
import type { Quoting } from '../settings/project-settings.js';
import { Expect } from '../yaml/expect.js';

export interface RelationNames {
  readonly database: string;
  readonly schema: string;
  readonly alias: string;
}

/** What names depend on besides the node: the macros that may replace dbt's rules. */
export interface NamingContext {
  readonly macros: MacroTable;
  readonly target: Target;
  readonly globals: () => NodeGlobals;
}

interface Named {
  readonly name: string;
  readonly package_name: string;
  readonly version?: string | number | null;
  readonly config: NodeConfig;
  readonly original_file_path: string;
}

/** The database, schema and alias of a node, by `generate_*_name` of its package, the root project or dbt's own rules. */
export function relationNames(node: Named, context: NamingContext): RelationNames {
  const { config } = node;
  const { target } = context;
  return {
    database:
      overridden('generate_database_name', config.database ?? null, node, context) ??
      (config.database ?? target.database).trim(),
    schema:
      overridden('generate_schema_name', config.schema ?? null, node, context) ??
      defaultSchema(config.schema ?? null, target.schema),
    alias: overridden('generate_alias_name', config.alias ?? null, node, context) ?? defaultAlias(node),
  };
}

function defaultSchema(custom: string | null, schema: string): string {
  return custom === null ? schema : `${schema}_${custom.trim()}`;
}

function defaultAlias(node: Named): string {
  const { alias } = node.config;
  if (alias !== null && alias !== undefined) return alias.trim();
  const { version } = node;
  return version === null || version === undefined
    ? node.name
    : `${node.name}_v${String(version).replaceAll('.', '_')}`;
}

/** Asks the package's macro, or the root project's, where it has one; the standard ones say what the defaults above say. */
function overridden(
  name: string,
  custom: string | null,
  node: Named,
  context: NamingContext,
): string | undefined {
  const { macros } = context;
  const macro: MacroEntry | undefined =
    macros.inPackage(node.package_name, name) ?? macros.inPackage(macros.rootPackage, name);
  if (macro === undefined || macro.node.package_name === standardPackage) return undefined;
  const args: Value[] = [custom, new LazyRecord(node)];
  const globals = context.globals();
  return str(callSync(globals.bind(macro), { args, globals, file: node.original_file_path })).trim();
}

/** `"db"."schema"."alias"` by the project's quoting and the node's own. */
export function relationName(
  names: RelationNames,
  quoting: Quoting,
  config: Readonly<Record<string, unknown>>,
): string {
  const own = Expect.isMapping(config['quoting']) ? config['quoting'] : {};
  return new RelationValue({
    path: { database: names.database, schema: names.schema, identifier: names.alias },
    quote: { ...quoting, ...(own as Partial<Quoting>) },
  }).qualified();
}
