import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Document, YAMLSeq, isMap, isSeq, parseDocument } from 'yaml';
import { ThauError } from '../../errors/thau-error.js';
import { packageFiles } from './package-list.js';

export type PackageSource = 'hub' | 'git' | 'local';

/**
 * Adds a package to packages.yml, or to the dependencies.yml that stands in its place; comments stay. An entry for the
 * same package, of whatever source, gives way. Answers the file's name.
 */
export function addPackage(projectDir: string, source: PackageSource, text: string): string {
  const entry = readEntry(source, text);
  const file = packageFiles.find((name) => existsSync(join(projectDir, name))) ?? packageFiles[0];
  const path = join(projectDir, file);
  const document = existsSync(path) ? parseDocument(readFileSync(path, 'utf8')) : new Document({});
  if (document.errors.length > 0 || !(document.contents === null || isMap(document.contents))) {
    throw new ThauError('PROJECT_PACKAGE', `${file} is not a mapping of packages`, {
      at: { file, line: 1 },
      hint: 'Correct it, or begin anew with "packages: []".',
    });
  }
  const before = document.get('packages');
  const kept = isSeq(before)
    ? before.items.filter((item) => !(isMap(item) && isSame(item.toJSON() as Entry, entry)))
    : [];
  const packages = isSeq(before) ? before : new YAMLSeq();
  packages.items = [...kept, document.createNode(entry)];
  document.set('packages', packages);
  writeFileSync(path, document.toString({ lineWidth: 0 }));
  return file;
}

type Entry = Readonly<Record<string, unknown>>;

function readEntry(source: PackageSource, text: string): Entry {
  // user@host stands in the urls of git: the version is what follows the last `@`, if it is none of those
  const at = text.lastIndexOf('@');
  const named = at > 0 && !/[:/]/.test(text.slice(at)) ? text.slice(0, at) : text;
  const version = named === text ? undefined : text.slice(at + 1);
  if (source === 'local') return { local: text };
  if (version === undefined || version === '') {
    throw new ThauError(
      'PROJECT_PACKAGE',
      `"${text}" names no ${source === 'git' ? 'revision' : 'version'}`,
      {
        hint:
          source === 'git'
            ? 'Write --add-package <url>@<tag> --source git.'
            : 'Write --add-package dbt-labs/dbt_utils@1.3.0.',
      },
    );
  }
  const versions = version.split(',');
  return source === 'git'
    ? { git: named, revision: version }
    : { package: named, version: versions.length > 1 ? versions : version };
}

function isSame(a: Entry, b: Entry): boolean {
  const names = [shortName(a), shortName(b)];
  return names[0] !== undefined && names[0] === names[1];
}

/** `dbt_utils` of `dbt-labs/dbt_utils` and of `https://…/dbt-utils.git`. */
function shortName(entry: Entry): string | undefined {
  const named = entry['package'] ?? entry['git'] ?? entry['local'] ?? entry['tarball'];
  if (typeof named !== 'string') return undefined;
  return named
    .replace(/\.git$/, '')
    .split('/')
    .pop()
    ?.replaceAll('-', '_');
}
