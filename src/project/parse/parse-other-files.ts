import { hash } from 'node:crypto';
import { ThauError, type Place } from '../../errors/thau-error.js';
import { placeOf } from '../../jinja/locate.js';
import { parseTemplate, templateOfBlock } from '../../jinja/parse/parse-template.js';
import type { Entry, PatchKind } from '../properties/properties.js';
import { Expect } from '../yaml/expect.js';
import type { YamlMapping } from '../yaml/yaml-file.js';
import { describe } from './parse-models.js';
import { configsOf, parseNode, type NodeRequest } from './parse-node.js';
import { readText, trimmed, type SourceFile } from './project-files.js';
import type { Draft, Session } from './session.js';

const nothingSaid = { description: '', columns: {} };

/** A seed: its rows are not read here. */
export function parseSeed(file: SourceFile, session: Session): void {
  const at: Place = { file: file.shown };
  const common = fileRequest(file, { type: 'seed', name: file.stem, patches: 'seeds', at }, session);
  // as dbt does it, without the space around
  const text = session.files.read(file.shown).toString('utf8').trim();
  parseNode(
    {
      ...common,
      rawCode: '',
      template: null,
      checksum: hash('sha256', text),
      extra: { root_path: file.package.root },
    },
    session,
  );
}

/** The `{% snapshot %}` blocks of a file. */
export function parseSnapshots(file: SourceFile, session: Session): void {
  const template = parseTemplate(readText(file, session.files), { file: file.shown });
  for (const block of template.blocks.filter(({ kind }) => kind === 'snapshot')) {
    session.problems.attempt(() => {
      const { name } = block;
      const at = placeOf(template, block.start);
      const node = parseNode(
        {
          ...fileRequest(file, { type: 'snapshot', name, patches: 'snapshots', at }, session),
          fqn: [file.package.name, ...file.folders, file.stem, name],
          rawCode: template.source.slice(block.bodyStart, block.bodyEnd),
          template: templateOfBlock(template, block),
        },
        session,
      );
      if (node !== undefined) checkSnapshot(node, at);
    });
  }
}

/** A snapshot that is written in YAML alone: `relation: ref('orders')`. */
export function parseYamlSnapshot(entry: Entry, session: Session): void {
  const expect = new Expect(entry.yaml);
  const settings = session.packages.get(entry.packageName) ?? session.root;
  const relation = expect.text(entry.raw, 'relation', `the relation of snapshot "${entry.name}"`);
  const at = entry.yaml.at(entry.raw, 'name');
  const uniqueId = `snapshot.${entry.packageName}.${entry.name}`;
  session.properties.patches.snapshots.take(entry.packageName, entry.name);
  const rawCode = `select * from {{ ${relation} }}`;
  const line = entry.yaml.at(entry.raw, 'relation').line ?? 1;
  const node = parseNode(
    {
      type: 'snapshot',
      claims: 'snapshot',
      package: settings,
      name: entry.name,
      uniqueId,
      fqn: [entry.packageName, ...entry.folders, entry.name],
      path: entry.path,
      originalFilePath: entry.path,
      rawCode,
      template: parseTemplate(rawCode, { file: entry.yaml.file, firstLine: line }),
      at,
      patch: entry,
      propertyConfigs: configsOf(entry),
      ...describe(entry, undefined, session),
    },
    session,
  );
  if (node !== undefined) checkSnapshot(node, at);
}

function checkSnapshot({ node: { name, config } }: Draft, at: Place): void {
  const fault = (message: string, hint: string): ThauError =>
    new ThauError('PROJECT_CONFIG', `snapshot "${name}" ${message}`, { at, hint });
  const missing = (value: unknown): boolean => value === null || value === undefined || value === '';
  if (missing(config['unique_key']))
    throw fault('needs a unique_key', 'Name the column that identifies a row.');
  const { strategy } = config;
  if (missing(strategy)) throw fault('needs a strategy', 'Set strategy to timestamp or check.');
  if (strategy === 'timestamp' && missing(config['updated_at'])) {
    throw fault(
      'has the strategy timestamp, which needs updated_at',
      'Name the column that tells when a row changed.',
    );
  }
  const columns = config['check_cols'];
  if (strategy === 'check' && columns !== 'all' && !(Array.isArray(columns) && columns.length > 0)) {
    throw fault('has the strategy check, which needs check_cols', 'List the columns to compare, or say all.');
  }
  const hard = config['hard_deletes'];
  if (!missing(hard) && !['ignore', 'invalidate', 'new_record'].includes(String(hard))) {
    throw fault(`has an unknown hard_deletes "${String(hard)}"`, 'Use ignore, invalidate or new_record.');
  }
}

/** A query that is compiled but never run. */
export function parseAnalysis(file: SourceFile, session: Session): void {
  const { text, firstLine } = trimmed(readText(file, session.files));
  const name = file.stem;
  const at: Place = { file: file.shown, line: firstLine };
  parseNode(
    {
      ...fileRequest(file, { type: 'analysis', name, patches: 'analyses', at }, session),
      fqn: [file.package.name, 'analysis', ...file.folders, name],
      path: `analysis/${file.inner}`,
      rawCode: text,
      template: parseTemplate(text, { file: file.shown, firstLine }),
    },
    session,
  );
}

/** A test that is a query of its own; rows are failures. */
export function parseSingularTest(file: SourceFile, session: Session): void {
  const { text, firstLine } = trimmed(readText(file, session.files));
  const template = parseTemplate(text, { file: file.shown, firstLine });
  // a generic test may stand among them; it is a macro
  if (
    template.blocks.length > 0 &&
    template.body.every((part) => part.kind !== 'text' || part.text.trim() === '')
  )
    return;
  const at: Place = { file: file.shown, line: firstLine };
  parseNode(
    {
      ...fileRequest(file, { type: 'test', name: file.stem, patches: 'data_tests', at }, session),
      rawCode: text,
      template,
    },
    session,
  );
}

interface FileNode {
  readonly type: NodeRequest['type'];
  readonly name: string;
  readonly patches: PatchKind;
  readonly at: Place;
}

/** What every node of a file of its own has: its names, and what its properties say. */
function fileRequest(
  file: SourceFile,
  { type, name, patches, at }: FileNode,
  session: Session,
): Omit<NodeRequest, 'rawCode' | 'template'> {
  const packageName = file.package.name;
  const uniqueId = `${type}.${packageName}.${name}`;
  const patch = session.properties.patches[patches].take(packageName, name);
  return {
    type,
    claims: type,
    package: file.package,
    name,
    uniqueId,
    fqn: [packageName, ...file.folders, name],
    path: file.inner,
    originalFilePath: file.path,
    at,
    patch,
    propertyConfigs: configsOf(patch),
    ...(patch === undefined ? nothingSaid : describe(patch, undefined, session)),
  };
}

/** `on-run-start` and `on-run-end` as nodes, so that what they refer to is in the graph. */
export function parseProjectHooks(session: Session): void {
  for (const settings of session.packages.values()) {
    const hooks: [string, readonly string[]][] = [
      ['on-run-start', settings.onRunStart],
      ['on-run-end', settings.onRunEnd],
    ];
    for (const [kind, texts] of hooks) {
      texts.forEach((text, index) => {
        session.problems.attempt(() => {
          const name = `${settings.name}-${kind}-${index}`;
          const at = settings.file.at(settings.file.value, kind);
          const none: YamlMapping = {};
          parseNode(
            {
              type: 'operation',
              package: settings,
              name,
              uniqueId: `operation.${settings.name}.${name}`,
              fqn: [settings.name, 'hooks', name],
              path: `hooks/${name}.sql`,
              originalFilePath: './dbt_project.yml',
              rawCode: text,
              template: parseTemplate(text, { file: at.file, firstLine: at.line ?? 1 }),
              at,
              propertyConfigs: [none],
              extra: { tags: [kind] },
              ...nothingSaid,
            },
            session,
          );
        });
      });
    }
  }
}
