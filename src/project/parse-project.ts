import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ThauError, type Place } from '../errors/thau-error.js';
import type { MacroTable } from './context/macro-table.js';
import type { Environment } from './environment.js';
import type { Manifest } from './manifest.js';
import { checkVersions } from './packages/check-versions.js';
import { installedPackages } from './packages/installed-packages.js';
import { fingerprintOf } from './cache/fingerprint.js';
import { cacheFileName, ParseCache } from './cache/parse-cache.js';
import { worldOf } from './cache/world.js';
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
import { renderSettings } from './parse/render-settings.js';
import { Session } from './parse/session.js';
import { sourceTarget, targetsOf } from './parse/test-targets.js';
import { Problems } from './problems.js';
import type { Entry } from './properties/properties.js';
import { readProperties, type PropertiesSource } from './properties/read-properties.js';
import type { ProjectSettings } from './settings/project-settings.js';
import { readProjectFile } from './settings/read-project-file.js';
import { YamlFile } from './yaml/yaml-file.js';

export interface ParseOptions {
  /** Absolute path of the folder with dbt_project.yml. */
  readonly projectDir: string;
  readonly environment: Environment;
  /** Keeps what was parsed in the target folder for the next time; without it, every file is read. */
  readonly cache?: {
    /** Of thau: what another version left is not used. */
    readonly version: string;
  };
}

/** A project as read: the manifest, and what rendering its templates needs. Immutable. */
export interface Project {
  readonly manifest: Manifest;
  readonly settings: ProjectSettings;
  readonly packages: ReadonlyMap<string, ProjectSettings>;
  readonly macros: MacroTable;
  readonly environment: Environment;
  readonly warnings: readonly ThauError[];
  /** A hash of what the manifest says; undefined where only comparing all of it would tell. */
  readonly fingerprint?: () => string | undefined;
  /** How much was parsed, and how much was as an earlier parse had left it; undefined where nothing was kept. */
  readonly units?: { readonly parsed: number; readonly kept: number };
}

/**
 * Files → manifest. Synchronous, and never touches a database. Throws the one thing that is wrong with the project,
 * or everything that is (ProjectErrors).
 */
export function parseProject(options: ParseOptions): Project {
  const problems = new Problems();
  const readSource = (file: string): string | undefined => sourceText(options.projectDir, file);
  const root = readProjectFile({ root: options.projectDir, prefix: '' }, problems);
  const cache = openCache(options, root);
  const session = openSession(root, options, problems, cache);
  const files = [...session.packages.values()].map((settings) => projectFiles(settings));
  readMacrosAndDocs(files, session);
  cache?.recall(worldOf(session, options.cache?.version ?? ''), session.packages);
  readAllProperties(files, session);
  parseEverything(files, session);
  problems.throwIfAny(readSource);
  const manifest = buildManifest(session);
  problems.throwIfAny(readSource);
  cache?.save();
  const { root: settings, packages, macros } = session;
  const { environment } = options;
  const units = cache?.memory.counts;
  const { warnings } = problems;
  const fingerprint = (): string | undefined =>
    cache?.unitsHash === undefined ? undefined : fingerprintOf(manifest, cache.unitsHash);
  return {
    manifest,
    settings,
    packages,
    macros,
    environment,
    warnings,
    fingerprint,
    ...(units && { units }),
  };
}

/** The root project and the packages installed in it. */
function openSession(
  root: ProjectSettings,
  { environment: given }: ParseOptions,
  problems: Problems,
  cache: ParseCache | undefined,
): Session {
  const environment = cache === undefined ? given : watched(given, cache);
  const all = [root, ...installedPackages(root, problems)];
  checkVersions(all, environment.env, problems);
  const plain = new Session(root, new Map(all.map((one) => [one.name, one])), environment, problems);
  const rendered = all.map(
    (one) => problems.attempt(() => renderSettings(one, plain.yamlGlobals(one.name))) ?? one,
  );
  const [renderedRoot = root] = rendered;
  const packages = new Map(rendered.map((one) => [one.name, one]));
  return new Session(renderedRoot, packages, environment, problems, cache?.memory);
}

/** The cache, unless dbt_project.yml's flags say that there is to be none. */
function openCache(
  { projectDir, environment, cache }: ParseOptions,
  { flags, targetPath }: ProjectSettings,
): ParseCache | undefined {
  if (cache === undefined || flags['partial_parse'] === false) return undefined;
  const file = join(projectDir, targetPath, cacheFileName);
  return new ParseCache({ projectDir, version: cache.version, file, env: environment.env });
}

/** The environment, with what a template reads of it and what it prints noted. */
function watched(environment: Environment, { env, memory }: ParseCache): Environment {
  const { log } = environment;
  return {
    ...environment,
    env,
    log: (message, toConsole) => {
      memory.notePassing();
      log?.(message, toConsole);
    },
  };
}

/** Macros and docs blocks: what properties and nodes refer to, so first. */
function readMacrosAndDocs(files: readonly ProjectFiles[], session: Session): void {
  const { problems } = session;
  for (const entry of standardMacros(session.memory?.readings)) session.macros.add(entry);
  for (const { macros, docs } of files) {
    for (const file of macros) problems.attempt(() => readMacros(file, session));
    for (const file of docs) problems.attempt(() => readDocs(file, session));
  }
}

function readAllProperties(files: readonly ProjectFiles[], session: Session): void {
  const sources = files.flatMap(({ properties }) =>
    properties.map((file) => propertiesSource(file, session)),
  );
  session.properties = readProperties(sources, session);
}

function propertiesSource(file: SourceFile, session: Session): PropertiesSource {
  const { path, folders, shown } = file;
  let yaml: YamlFile | undefined;
  return {
    packageName: file.package.name,
    path,
    folders,
    shown,
    yaml: () => (yaml ??= new YamlFile(shown, readText(file, session.files))),
  };
}

function parseEverything(files: readonly ProjectFiles[], session: Session): void {
  const { problems, properties } = session;
  const stems = new Set(
    files.flatMap(({ models }) => models.map((file) => `${file.package.name}.${file.stem}`)),
  );
  const versions = modelVersions(properties, stems, problems);
  const each = (kind: string, list: readonly SourceFile[], parse: (file: SourceFile) => unknown): void => {
    for (const file of list) {
      session.unit(`${kind}|${file.shown}`, [file.shown], () => {
        problems.attempt(() => parse(file));
      });
    }
  };
  for (const kinds of files) {
    each('seed', kinds.seeds, (file) => parseSeed(file, session));
    for (const file of kinds.models) {
      const version = versions.get(`${file.package.name}.${file.stem}`);
      const suffix =
        version && `|${version.entry.id}|${JSON.stringify([version.version, version.latest, version.index])}`;
      const from = version === undefined ? [] : [version.entry.shown];
      session.unit(`model|${file.shown}${suffix ?? ''}`, [file.shown, ...from], () => {
        problems.attempt(() => parseModel(file, session, version));
      });
    }
    each('snapshots', kinds.snapshots, (file) => parseSnapshots(file, session));
    each('analysis', kinds.analyses, (file) => parseAnalysis(file, session));
    each('test', kinds.singularTests, (file) => parseSingularTest(file, session));
  }
  for (const entry of properties.patches.snapshots.entries()) {
    if (!entry.has.includes('relation')) continue;
    session.unit(`snapshot|${entry.id}`, [entry.shown], () => {
      problems.attempt(() => parseYamlSnapshot(entry, session));
    });
  }
  for (const entry of properties.declarations.sources) {
    session.unit(`source|${entry.id}`, [entry.shown], () => {
      parseSourceWithTests(entry, session);
    });
  }
  for (const { id, target, model, entry } of targetsOf(session)) {
    session.unit(`tests|${id}`, [entry.shown], () => {
      parseGenericTests(target(), session);
      if (model !== undefined) problems.attempt(() => modelSemantics(model, entry, session));
    });
  }
  parseDeclarations(session);
  parseProjectHooks(session);
  for (const [kind, patches] of Object.entries(properties.patches)) {
    if (kind === 'macros') continue;
    for (const entry of patches.unused())
      problems.warn(
        unusedEntry(kind, entry.name, entry.yaml.at(entry.raw, 'name'), otherKind(entry, session)),
      );
  }
}

function parseSourceWithTests(entry: Entry, session: Session): void {
  for (const table of session.problems.attempt(() => parseSource(entry, session)) ?? []) {
    if (table.node.config['enabled'] === false) session.disabledSources.push(table.node);
    else {
      session.sources.push(table.node);
      parseGenericTests(sourceTarget(table), session);
    }
  }
}

/** What else of the package has the name: the entry may stand under the wrong section. */
function otherKind({ packageName, name }: Entry, { drafts }: Session): string | undefined {
  const found = drafts.find(({ node }) => node.name === name && node.package_name === packageName);
  return found?.node.resource_type;
}

function unusedEntry(kind: string, name: string, at: Place, other: string | undefined): ThauError {
  return new ThauError(
    'PROJECT_UNUSED_PROPERTIES',
    `the properties of "${name}" under ${kind}: describe nothing`,
    {
      at,
      hint:
        other === undefined
          ? 'Correct the name, or remove the entry.'
          : `There is a ${other} of this name: of the entry its tests alone are read here.`,
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
