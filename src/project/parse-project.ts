import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ThauError, type Place } from '../errors/thau-error.js';
import type { MacroTable } from './context/macro-table.js';
import type { Environment } from './environment.js';
import type { Manifest } from './manifest.js';
import { allowsThau, dbtVersion } from './packages/claimed-version.js';
import { installedPackages } from './packages/installed-packages.js';
import { buildManifest } from './parse/build-manifest.js';
import { modelSemantics } from './parse/model-semantics.js';
import { modelVersions } from './parse/model-versions.js';
import { parseDeclarations } from './parse/parse-declarations.js';
import { parseGenericTests } from './parse/parse-generic-tests.js';
import { parseModel } from './parse/parse-models.js';
import {
  parseAnalysis,
  parseProjectHooks,
  parseSeed,
  parseSingularTest,
  parseSnapshots,
  parseYamlSnapshot,
} from './parse/parse-other-files.js';
import { parseSource } from './parse/parse-sources.js';
import { projectFiles, readText, type ProjectFiles, type SourceFile } from './parse/project-files.js';
import { readDocs } from './parse/read-docs.js';
import { readMacros, standardMacros } from './parse/read-macros.js';
import { renderEntries } from './parse/render-entries.js';
import { renderSettings } from './parse/render-settings.js';
import { Session } from './parse/session.js';
import { sourceTarget, targetsOf } from './parse/test-targets.js';
import { Problems } from './problems.js';
import { readProperties, type PropertiesSource } from './properties/read-properties.js';
import type { ProjectSettings } from './settings/project-settings.js';
import { readProjectFile } from './settings/read-project-file.js';
import { YamlFile } from './yaml/yaml-file.js';

export interface ParseOptions {
  /** Absolute path of the folder with dbt_project.yml. */
  readonly projectDir: string;
  readonly environment: Environment;
}

/** A project as read: the manifest, and what rendering its templates needs. Immutable. */
export interface Project {
  readonly manifest: Manifest;
  readonly settings: ProjectSettings;
  readonly packages: ReadonlyMap<string, ProjectSettings>;
  readonly macros: MacroTable;
  readonly environment: Environment;
  readonly warnings: readonly ThauError[];
}

/**
 * Files → manifest. Synchronous, and never touches a database. Throws the one thing that is wrong with the project,
 * or everything that is (ProjectErrors).
 */
export function parseProject(options: ParseOptions): Project {
  const problems = new Problems();
  const readSource = (file: string): string | undefined => sourceText(options.projectDir, file);
  const session = openSession(options, problems);
  const files = [...session.packages.values()].map((settings) => projectFiles(settings));
  readEverything(files, session);
  parseEverything(files, session);
  problems.throwIfAny(readSource);
  const manifest = buildManifest(session);
  problems.throwIfAny(readSource);
  const { root, packages, macros, environment } = session;
  return { manifest, settings: root, packages, macros, environment, warnings: problems.warnings };
}

/** The root project and the packages installed in it. */
function openSession({ projectDir, environment }: ParseOptions, problems: Problems): Session {
  const root = readProjectFile({ root: projectDir, prefix: '' }, problems);
  const all = [root, ...installedPackages(root, problems)];
  checkVersions(all, environment.env, problems);
  const plain = new Session(root, new Map(all.map((one) => [one.name, one])), environment, problems);
  const rendered = all.map(
    (one) => problems.attempt(() => renderSettings(one, plain.yamlGlobals(one.name))) ?? one,
  );
  const [renderedRoot = root] = rendered;
  return new Session(renderedRoot, new Map(rendered.map((one) => [one.name, one])), environment, problems);
}

/** `require-dbt-version`: who asks for a dbt that thau does not stand for is told, unless versions are not to be checked. */
function checkVersions(all: readonly ProjectSettings[], env: Environment['env'], problems: Problems): void {
  const [root] = all;
  if (root?.flags['version_check'] === false || /^(?:0|f|false|no)$/i.test(env['DBT_VERSION_CHECK'] ?? ''))
    return;
  for (const { name, file, requireDbtVersion } of all) {
    if (allowsThau(requireDbtVersion)) continue;
    problems.error(
      new ThauError(
        'PROJECT_DBT_VERSION',
        `"${name}" requires dbt ${requireDbtVersion.join(', ')}; thau stands for ${dbtVersion} and 2.0`,
        {
          at: file.at(file.value, 'require-dbt-version'),
          hint: 'Take another version of it, or set DBT_VERSION_CHECK=false to try it all the same.',
        },
      ),
    );
  }
}

/** Macros, docs blocks and properties: what nodes refer to, so first. */
function readEverything(files: readonly ProjectFiles[], session: Session): void {
  const { problems } = session;
  for (const entry of standardMacros()) session.macros.add(entry);
  for (const { macros, docs } of files) {
    for (const file of macros) problems.attempt(() => readMacros(file, session));
    for (const file of docs) problems.attempt(() => readDocs(file, session));
  }
  const sources = files.flatMap(({ properties }) =>
    properties.flatMap((file) => readYaml(file, session) ?? []),
  );
  session.properties = readProperties(sources, problems);
  renderEntries(session);
}

function readYaml(file: SourceFile, session: Session): PropertiesSource | undefined {
  return session.problems.attempt(() => ({
    packageName: file.package.name,
    yaml: new YamlFile(file.shown, readText(file)),
    path: file.path,
    folders: file.folders,
  }));
}

function parseEverything(files: readonly ProjectFiles[], session: Session): void {
  const { problems, properties } = session;
  const taken = new Map<string, Place>();
  const each = (list: readonly SourceFile[], parse: (file: SourceFile) => unknown): void => {
    for (const file of list) problems.attempt(() => parse(file));
  };
  const stems = new Set(
    files.flatMap(({ models }) => models.map((file) => `${file.package.name}.${file.stem}`)),
  );
  const versions = modelVersions(properties, stems, problems);
  for (const kinds of files) {
    each(kinds.seeds, (file) => parseSeed(file, session, taken));
    each(kinds.models, (file) => parseModel(file, session, versions, taken));
    each(kinds.snapshots, (file) => parseSnapshots(file, session, taken));
    each(kinds.analyses, (file) => parseAnalysis(file, session, taken));
    each(kinds.singularTests, (file) => parseSingularTest(file, session, taken));
  }
  for (const entry of properties.patches.snapshots.entries()) {
    if (Object.hasOwn(entry.raw, 'relation'))
      problems.attempt(() => parseYamlSnapshot(entry, session, taken));
  }
  for (const entry of properties.declarations.sources) {
    for (const table of problems.attempt(() => parseSource(entry, session, taken)) ?? []) {
      if (table.node.config['enabled'] === false) session.disabledSources.push(table.node);
      else {
        session.sources.push(table.node);
        parseGenericTests(sourceTarget(table), session);
      }
    }
  }
  for (const { target, model, entry } of targetsOf(session)) {
    parseGenericTests(target, session);
    if (model !== undefined) problems.attempt(() => modelSemantics(model, entry, session, taken));
  }
  parseDeclarations(session, taken);
  parseProjectHooks(session);
  for (const [kind, patches] of Object.entries(properties.patches)) {
    if (kind === 'macros') continue;
    for (const entry of patches.unused())
      problems.warn(unusedEntry(kind, entry.name, entry.yaml.at(entry.raw, 'name')));
  }
}

function unusedEntry(kind: string, name: string, at: Place): ThauError {
  return new ThauError(
    'PROJECT_UNUSED_PROPERTIES',
    `the properties of "${name}" under ${kind}: describe nothing`,
    {
      at,
      hint: 'Correct the name, or remove the entry.',
    },
  );
}

/** A file of the project as errors show it; undefined when it is none. */
function sourceText(projectDir: string, file: string): string | undefined {
  try {
    return readFileSync(join(projectDir, file), 'utf8');
  } catch {
    return undefined;
  }
}
