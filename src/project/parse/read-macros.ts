import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ThauError } from '../../errors/thau-error.js';
import { placeOf } from '../../jinja/locate.js';
import type { Readings } from '../cache/readings.js';
import { standardPackage, type MacroEntry, type MacroTable } from '../context/macro-table.js';
import { macroEntries, readMacroFile, type MacroFile } from './macro-file.js';
import type { MacroReferences } from './macro-references.js';
import { readText, type SourceFile } from './project-files.js';
import type { Session } from './session.js';

/** Adds the macros, generic tests and materializations of a file to the session's table. */
export function readMacros(file: SourceFile, session: Session): void {
  const { shown, path } = file;
  const anew = (): MacroFile => readMacroFile(readText(file, session.files), shown);
  const read = session.memory?.readings.macros(shown, anew) ?? anew();
  for (const entry of macroEntries(read, { packageName: file.package.name, path, shown })) {
    const before = session.macros.add(entry);
    if (before !== undefined) session.problems.error(duplicate(entry, before));
  }
}

/** thau's own macros, by their paths. */
export type StandardMacros = Readonly<Record<string, MacroFile>>;

let standard: { readonly files: StandardMacros; readonly entries: readonly MacroEntry[] } | undefined;

/** thau's own macros, made once per process; what an earlier process had read may be kept. */
export function standardMacros(readings?: Readings): readonly MacroEntry[] {
  const files =
    readings?.standard(() => standard?.files ?? readStandardMacros()) ??
    standard?.files ??
    readStandardMacros();
  standard ??= {
    files,
    entries: Object.entries(files).flatMap(([path, file]) =>
      macroEntries(file, { packageName: standardPackage, path, shown: `thau:${path}` }),
    ),
  };
  return standard.entries;
}

function readStandardMacros(): StandardMacros {
  const folder = join(import.meta.dirname, '../macros');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.sql'),
  );
  return Object.fromEntries(
    files.sort().map((file) => {
      const path = `macros/${file.replaceAll('\\', '/')}`;
      return [path, readMacroFile(readFileSync(join(folder, file), 'utf8'), `thau:${path}`)];
    }),
  );
}

/** The ids of the macros a piece of template names, as a file of that package sees them. */
export function macroDependencies(
  { names, members, dispatched }: MacroReferences,
  packageName: string,
  macros: MacroTable,
): string[] {
  const ids = new Set<string>();
  const seen = macros.namesSeenBy(packageName);
  for (const name of names) {
    const entry = seen.get(name);
    if (entry !== undefined) ids.add(entry.node.unique_id);
  }
  for (const member of members) {
    const [owner = '', name = ''] = member.split('.');
    const entry = macros.inPackage(owner, name);
    if (entry !== undefined) ids.add(entry.node.unique_id);
  }
  for (const { name, namespace } of dispatched) {
    const { found } = macros.dispatch(name, namespace, packageName);
    if (found !== undefined) ids.add(found.node.unique_id);
  }
  return [...ids].sort();
}

function duplicate(entry: MacroEntry, before: MacroEntry): ThauError {
  const other = placeOf(before.template, before.block.start);
  return new ThauError(
    'PROJECT_DUPLICATE_NODE',
    `two macros of ${entry.node.package_name} have the name "${entry.node.name}"`,
    {
      at: placeOf(entry.template, entry.block.start),
      notes: [`the other is at ${other.file}:${other.line}`],
      hint: 'Rename one of them.',
    },
  );
}
