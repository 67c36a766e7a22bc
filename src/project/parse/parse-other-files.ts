import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ThauError, type Place } from '../../errors/thau-error.js';
import { placeOf } from '../../jinja/locate.js';
import { parseTemplate, templateOfBlock } from '../../jinja/parse/parse-template.js';
import type { Entry } from '../properties/properties.js';
import { Expect } from '../yaml/expect.js';
import type { YamlMapping } from '../yaml/yaml-file.js';
import { describe } from './parse-models.js';
import { claim, configsOf, parseNode } from './parse-node.js';
import { readText, trimmed, type SourceFile } from './project-files.js';
import type { Draft, Session } from './session.js';

const nothingSaid = { description: '', columns: {} };

/** A seed: its rows are not read here. */
export function parseSeed(file: SourceFile, session: Session, taken: Map<string, Place>): Draft | undefined {
  const name = file.stem;
  const uniqueId = `seed.${file.package.name}.${name}`;
  const at: Place = { file: file.shown };
  claim(uniqueId, at, taken, 'seed', name);
  const patch = session.properties.patches.seeds.take(file.package.name, name);
  // as dbt does it, without the space around
  const text = readFileSync(join(file.package.root, file.path), 'utf8').trim();
  return parseNode(
    {
      type: 'seed',
      package: file.package,
      name,
      uniqueId,
      fqn: [file.package.name, ...file.folders, name],
      path: file.inner,
      originalFilePath: file.path,
      rawCode: '',
      template: null,
      checksum: createHash('sha256').update(text).digest('hex'),
      at,
      patch,
      propertyConfigs: configsOf(patch),
      ...(patch === undefined ? nothingSaid : describe(patch, undefined, session)),
      extra: { root_path: file.package.root },
    },
    session,
  );
}

/** The `{% snapshot %}` blocks of a file. */
export function parseSnapshots(file: SourceFile, session: Session, taken: Map<string, Place>): void {
  const template = parseTemplate(readText(file), { file: file.shown });
  for (const block of template.blocks.filter(({ kind }) => kind === 'snapshot')) {
    session.problems.attempt(() => {
      const { name } = block;
      const at = placeOf(template, block.start);
      const uniqueId = `snapshot.${file.package.name}.${name}`;
      claim(uniqueId, at, taken, 'snapshot', name);
      const patch = session.properties.patches.snapshots.take(file.package.name, name);
      const node = parseNode(
        {
          type: 'snapshot',
          package: file.package,
          name,
          uniqueId,
          fqn: [file.package.name, ...file.folders, file.stem, name],
          path: file.inner,
          originalFilePath: file.path,
          rawCode: template.source.slice(block.bodyStart, block.bodyEnd),
          template: templateOfBlock(template, block),
          at,
          patch,
          propertyConfigs: configsOf(patch),
          ...(patch === undefined ? nothingSaid : describe(patch, undefined, session)),
        },
        session,
      );
      if (node !== undefined) checkSnapshot(node, at);
    });
  }
}

/** A snapshot that is written in YAML alone: `relation: ref('orders')`. */
export function parseYamlSnapshot(entry: Entry, session: Session, taken: Map<string, Place>): void {
  const expect = new Expect(entry.yaml);
  const settings = session.packages.get(entry.packageName) ?? session.root;
  const relation = expect.text(entry.raw, 'relation', `the relation of snapshot "${entry.name}"`);
  const at = entry.yaml.at(entry.raw, 'name');
  const uniqueId = `snapshot.${entry.packageName}.${entry.name}`;
  claim(uniqueId, at, taken, 'snapshot', entry.name);
  session.properties.patches.snapshots.take(entry.packageName, entry.name);
  const rawCode = `select * from {{ ${relation} }}`;
  const line = entry.yaml.at(entry.raw, 'relation').line ?? 1;
  const node = parseNode(
    {
      type: 'snapshot',
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
export function parseAnalysis(file: SourceFile, session: Session, taken: Map<string, Place>): void {
  const { text, firstLine } = trimmed(readText(file));
  const name = file.stem;
  const uniqueId = `analysis.${file.package.name}.${name}`;
  const at: Place = { file: file.shown, line: firstLine };
  claim(uniqueId, at, taken, 'analysis', name);
  const patch = session.properties.patches.analyses.take(file.package.name, name);
  parseNode(
    {
      type: 'analysis',
      package: file.package,
      name,
      uniqueId,
      fqn: [file.package.name, 'analysis', ...file.folders, name],
      path: `analysis/${file.inner}`,
      originalFilePath: file.path,
      rawCode: text,
      template: parseTemplate(text, { file: file.shown, firstLine }),
      at,
      patch,
      propertyConfigs: configsOf(patch),
      ...(patch === undefined ? nothingSaid : describe(patch, undefined, session)),
    },
    session,
  );
}

/** A test that is a query of its own; rows are failures. */
export function parseSingularTest(file: SourceFile, session: Session, taken: Map<string, Place>): void {
  const { text, firstLine } = trimmed(readText(file));
  const template = parseTemplate(text, { file: file.shown, firstLine });
  // a generic test may stand among them; it is a macro
  if (
    template.blocks.length > 0 &&
    template.body.every((part) => part.kind !== 'text' || part.text.trim() === '')
  )
    return;
  const name = file.stem;
  const uniqueId = `test.${file.package.name}.${name}`;
  const at: Place = { file: file.shown, line: firstLine };
  claim(uniqueId, at, taken, 'test', name);
  const patch = session.properties.patches.data_tests.take(file.package.name, name);
  parseNode(
    {
      type: 'test',
      package: file.package,
      name,
      uniqueId,
      fqn: [file.package.name, ...file.folders, name],
      path: file.inner,
      originalFilePath: file.path,
      rawCode: text,
      template,
      at,
      patch,
      propertyConfigs: configsOf(patch),
      ...(patch === undefined ? nothingSaid : describe(patch, undefined, session)),
    },
    session,
  );
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
