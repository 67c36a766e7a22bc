import { hash } from 'node:crypto';
import { ThauError, type Place } from '../../errors/thau-error.js';
import type { Claims } from '../cache/claims.js';
import type { Template } from '../../jinja/parse/ast.js';
import type { Statement } from '../../jinja/parse/ast.js';
import { parseTemplate } from '../../jinja/parse/parse-template.js';
import { renderSync } from '../../jinja/render.js';
import { Capture } from '../context/capture.js';
import type { NodeGlobals } from '../context/node-globals.js';
import { parseGlobals } from '../context/parse-names.js';
import { RelationValue } from '../context/relation-value.js';
import type { ColumnInfo, ManifestNode, NodeConfig } from '../manifest.js';
import { relationName, relationNames, type RelationNames } from '../node/relation-names.js';
import type { Entry } from '../properties/properties.js';
import type { ConfiguredType } from '../settings/default-config.js';
import type { ProjectSettings } from '../settings/project-settings.js';
import { resolveConfig } from '../settings/resolve-config.js';
import type { YamlMapping } from '../yaml/yaml-file.js';
import { macroReferences } from './macro-references.js';
import { macroDependencies } from './read-macros.js';
import { isTemplate } from './render-yaml.js';
import type { Draft, Session } from './session.js';

/** What a node's file and properties say, before its template has run. */
export interface NodeRequest {
  readonly type: ConfiguredType;
  readonly package: ProjectSettings;
  readonly name: string;
  readonly uniqueId: string;
  readonly fqn: readonly string[];
  readonly path: string;
  readonly originalFilePath: string;
  readonly rawCode: string;
  /** SQL unless said. */
  readonly language?: 'python';
  /** What its file makes, for the error when two files make one; only nodes that are enabled count. */
  readonly claims?: string;
  /** Null for seeds, whose files are data. */
  readonly template: Template | null;
  /** Of a seed: the whole file, for its checksum. */
  readonly checksum?: string;
  readonly at: Place;
  readonly patch?: Entry | undefined;
  readonly propertyConfigs: readonly YamlMapping[];
  readonly columns: Readonly<Record<string, ColumnInfo>>;
  readonly description: string;
  /** Config that stands behind what the template itself says: a generic test's, in its YAML. */
  readonly lastConfigs?: readonly YamlMapping[];
  /** What runs in the place of a template: a generic test's macro. */
  readonly run?: (capture: Capture, globals: () => NodeGlobals) => void;
  readonly extra?: Partial<ManifestNode>;
}

/** Renders a node for parsing and gives it its config and names. Disabled nodes are set aside. */
export function parseNode(request: NodeRequest, session: Session): Draft | undefined {
  const { package: settings, name, type } = request;
  const { target } = session.environment;
  const capture = new Capture();
  const relation = new RelationValue({
    path: { database: target.database, schema: target.schema, identifier: name },
    quote: session.root.quoting,
  });
  const stub = {
    unique_id: request.uniqueId,
    resource_type: type,
    name,
    package_name: settings.name,
    path: request.path,
    original_file_path: request.originalFilePath,
    fqn: request.fqn,
    database: target.database,
    schema: target.schema,
    alias: name,
    raw_code: request.rawCode,
    language: request.language ?? ('sql' as const),
    description: request.description,
    columns: request.columns,
    ...request.extra,
  };
  let known: NodeGlobals | undefined;
  const globals = (): NodeGlobals =>
    (known ??= parseGlobals(session.macros, session.shared(settings.name), {
      packageName: settings.name,
      node: stub,
      relation,
      capture,
    }));
  const { template } = request;
  if (template !== null && template.body.some((part) => part.kind !== 'text')) {
    renderSync(template, globals(), { undefined: 'silent' });
  }
  request.run?.(capture, globals);
  const { config, written } = resolveConfig(
    {
      type,
      package: settings,
      fqn: request.fqn,
      properties: request.propertyConfigs,
      calls: [...capture.configs, ...(request.lastConfigs ?? [])],
      at: request.at,
      owner: `${type} "${name}"`,
    },
    session.root,
  );
  renderHooks(config, request.at, globals);
  const names = namesOf(request, config, session, stub, globals);
  // key by key: to spread the stub and add to it takes ten times as long, and there are tens of thousands of nodes
  const node: ManifestNode = {
    unique_id: stub.unique_id,
    resource_type: type,
    name,
    package_name: stub.package_name,
    path: stub.path,
    original_file_path: stub.original_file_path,
    fqn: stub.fqn,
    database: names.database,
    schema: names.schema,
    alias: names.alias,
    raw_code: stub.raw_code,
    language: stub.language,
    description: stub.description,
    columns: stub.columns,
    relation_name: hasRelation(type, config) ? relationName(names, session.root.quoting, config) : null,
    checksum:
      request.checksum === undefined
        ? checksumOf(request.rawCode)
        : { name: 'sha256', checksum: request.checksum },
    config,
    unrendered_config: written,
    tags: config.tags,
    meta: config.meta,
    patch_path: request.patch === undefined ? null : `${settings.name}://${request.patch.path}`,
    refs: capture.refs.map(({ ref }) => ref),
    sources: capture.sources.map(({ source }) => source),
    depends_on: {
      nodes: [],
      macros:
        template === null
          ? []
          : macroDependencies(
              macroReferences([...template.body, ...hookBodies(config)]),
              settings.name,
              session.macros,
            ),
    },
    group: typeof config['group'] === 'string' ? config['group'] : null,
    declared_at: request.at,
    ...(type === 'seed' ? {} : { contract: contractOf(config) }),
    ...(type === 'model' ? { access: accessOf(config, request) } : {}),
    ...request.extra,
  };
  if (!config.enabled) {
    session.disabled.push(node);
    return undefined;
  }
  if (request.claims !== undefined) claim(request.uniqueId, request.at, session.taken, request.claims, name);
  const draft = { node, capture, package: settings };
  session.drafts.push(draft);
  return draft;
}

/** Whether the node has a relation of its own in the database. */
function hasRelation(type: ConfiguredType, config: NodeConfig): boolean {
  if (type === 'test') return config['store_failures'] === true;
  return config.materialized !== 'ephemeral' && type !== 'analysis' && type !== 'operation';
}

function accessOf(config: NodeConfig, request: NodeRequest): 'private' | 'protected' | 'public' {
  const access = config['access'];
  if (access === 'private' || access === 'protected' || access === 'public') return access;
  throw new ThauError(
    'PROJECT_CONFIG',
    `the access of model "${request.name}" must be private, protected or public`,
    {
      at: request.at,
      hint: 'Correct it where it is set.',
    },
  );
}

function contractOf(config: NodeConfig): NonNullable<ManifestNode['contract']> {
  const contract = mappingOf(config['contract']);
  return {
    enforced: contract['enforced'] === true,
    alias_types: contract['alias_types'] !== false,
    checksum: null,
  };
}

/** Hooks may refer to nodes too. */
function renderHooks(config: NodeConfig, at: Place, globals: () => NodeGlobals): void {
  for (const { sql } of [...config.pre_hook, ...config.post_hook]) {
    if (!isTemplate(sql)) continue;
    renderSync(parseTemplate(sql, { file: `hook of ${at.file}` }), globals(), { undefined: 'silent' });
  }
}

/** The templates of hooks: what they call is part of the node. */
function hookBodies({ pre_hook: before, post_hook: after }: NodeConfig): readonly Statement[] {
  return [...before, ...after].flatMap(({ sql }) =>
    isTemplate(sql) ? parseTemplate(sql, { file: 'hook' }).body : [],
  );
}

function namesOf(
  request: NodeRequest,
  config: NodeConfig,
  session: Session,
  stub: { readonly name: string; readonly package_name: string; readonly original_file_path: string },
  globals: () => NodeGlobals,
): RelationNames {
  const { target } = session.environment;
  const { version } = request.extra ?? {};
  const names = relationNames(
    { ...stub, config, ...(version === undefined ? {} : { version }) },
    { macros: session.macros, target, globals },
  );
  if (request.type !== 'snapshot') return names;
  // dbt's earlier way: the schema as it stands, whatever generate_schema_name says
  const { target_schema: schema, target_database: database } = config;
  return {
    ...names,
    ...(typeof schema === 'string' ? { schema } : {}),
    ...(typeof database === 'string' ? { database } : {}),
  };
}

function checksumOf(text: string): { readonly name: 'sha256'; readonly checksum: string } {
  return { name: 'sha256', checksum: hash('sha256', text) };
}

/** The config of an entry: dbt 1's top-level keys, then `config:`. */
export function configsOf(entry: Entry | undefined): YamlMapping[] {
  if (entry === undefined) return [];
  return [topLevelConfig(entry.raw), mappingOf(entry.raw['config'])].filter(
    (one) => Object.keys(one).length > 0,
  );
}

const topLevelKeys = ['meta', 'tags', 'docs', 'access', 'group', 'contract', 'freshness', 'enabled'];

/** Config keys that dbt 1 knew beside `config:`. */
export function topLevelConfig(raw: YamlMapping): YamlMapping {
  return Object.fromEntries(
    topLevelKeys.filter((key) => Object.hasOwn(raw, key) && raw[key] !== null).map((key) => [key, raw[key]]),
  );
}

function mappingOf(value: unknown): YamlMapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as YamlMapping) : {};
}

/** Refuses a second node of one id, with both places. */
function claim(uniqueId: string, at: Place, taken: Claims, noun: string, name: string): void {
  const before = taken.get(uniqueId);
  if (before === undefined) {
    taken.set(uniqueId, at);
    return;
  }
  throw new ThauError('PROJECT_DUPLICATE_NODE', `two files make the ${noun} "${name}"`, {
    at,
    notes: [`the other is ${before.file}`],
    hint: 'Rename one of them.',
  });
}
