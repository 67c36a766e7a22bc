import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ThauError } from '../../errors/thau-error.js';
import type { FileTable } from '../cache/file-table.js';
import { FileFinder, type FoundFile } from '../files/find-files.js';
import { ignoreRules } from '../files/ignore-rules.js';
import type { ProjectSettings } from '../settings/project-settings.js';

/** A text file of a package. */
export interface SourceFile {
  readonly package: ProjectSettings;
  /** Relative to the package: dbt's `original_file_path`. */
  readonly path: string;
  /** Relative to the folder it was found in: dbt's `path`. */
  readonly inner: string;
  /** The folders of `inner`. */
  readonly folders: readonly string[];
  /** The file's name without its extension. */
  readonly stem: string;
  /** What errors call it. */
  readonly shown: string;
}

/** The files of a package by what they are. Nothing is read yet. */
export interface ProjectFiles {
  readonly models: readonly SourceFile[];
  readonly seeds: readonly SourceFile[];
  readonly snapshots: readonly SourceFile[];
  readonly analyses: readonly SourceFile[];
  readonly singularTests: readonly SourceFile[];
  /** Macro files, and the generic tests in `tests/generic`. */
  readonly macros: readonly SourceFile[];
  readonly docs: readonly SourceFile[];
  readonly properties: readonly SourceFile[];
}

/** Finds the files of a package in the folders its dbt_project.yml names. */
export function projectFiles(settings: ProjectSettings): ProjectFiles {
  const ignoreFile = join(settings.root, '.dbtignore');
  const ignored = ignoreRules(existsSync(ignoreFile) ? readFileSync(ignoreFile, 'utf8') : '');
  const { paths } = settings;
  const finder = new FileFinder(settings.root, ignored);
  const find = (folders: readonly string[], ...extensions: string[]): SourceFile[] =>
    finder.find(folders, extensions).map((file) => sourceFile(settings, file));
  const tests = find(paths.test, '.sql');
  const isGeneric = (file: SourceFile): boolean => file.folders[0] === 'generic';
  // rows of unit tests, read by the tests that name them
  const isFixture = (file: SourceFile): boolean => file.folders[0] === 'fixtures';
  return {
    models: find(paths.model, '.sql', '.py'),
    seeds: find(paths.seed, '.csv'),
    snapshots: find(paths.snapshot, '.sql'),
    analyses: find(paths.analysis, '.sql'),
    singularTests: tests.filter((file) => !isGeneric(file) && !isFixture(file)),
    macros: [...find(paths.macro, '.sql'), ...tests.filter(isGeneric)],
    docs: find(paths.docs, '.md'),
    properties: find(
      [
        ...new Set([
          ...paths.model,
          ...paths.seed,
          ...paths.snapshot,
          ...paths.analysis,
          ...paths.macro,
          ...paths.test,
        ]),
      ],
      '.yml',
      '.yaml',
    ),
  };
}

function sourceFile(settings: ProjectSettings, { root, path }: FoundFile): SourceFile {
  const inner = root === '.' ? path : path.slice(root.length + 1);
  const parts = inner.split('/');
  const name = parts.pop() ?? '';
  return {
    package: settings,
    path,
    inner,
    folders: parts,
    stem: name.replace(/\.[^.]*$/, ''),
    shown: settings.prefix + path,
  };
}

/** A text without the space around it, as dbt keeps it, and the line of the file it begins on. */
export function trimmed(text: string): { readonly text: string; readonly firstLine: number } {
  const lead = text.length - text.trimStart().length;
  return { text: text.trim(), firstLine: text.slice(0, lead).split('\n').length };
}

/** A file's text. Throws PROJECT_FILE when it cannot be read or is no text. */
export function readText(file: SourceFile, files?: FileTable): string {
  let text: string;
  try {
    text = (files?.read(file.shown) ?? readFileSync(join(file.package.root, file.path))).toString('utf8');
  } catch (error) {
    throw new ThauError('PROJECT_FILE', `${file.shown} cannot be read`, {
      at: { file: file.shown },
      hint: 'Check that it exists and may be read.',
      cause: error,
    });
  }
  if (text.includes('\u0000')) {
    throw new ThauError('PROJECT_FILE', `${file.shown} is not a text file`, {
      at: { file: file.shown },
      hint: 'Save it as text in UTF-8, or list it in .dbtignore.',
    });
  }
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
