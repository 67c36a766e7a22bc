import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ThauError } from '../../errors/thau-error.js';
import { placeOf } from '../../jinja/locate.js';
import type { BlockDefinition, Statement, Template } from '../../jinja/parse/ast.js';
import { parseTemplate } from '../../jinja/parse/parse-template.js';
import { standardPackage, type MacroEntry, type MacroTable } from '../context/macro-table.js';
import { macroReferences } from './macro-references.js';
import { readText, type SourceFile } from './project-files.js';
import type { Session } from './session.js';

const macroKinds = new Set<BlockDefinition['kind']>(['macro', 'test', 'data_test', 'materialization']);

/** Adds the macros, generic tests and materializations of a file to the session's table. */
export function readMacros(file: SourceFile, session: Session): void {
  const template = parseMacros(readText(file, session.files), file.shown);
  for (const block of template.blocks) {
    if (!macroKinds.has(block.kind)) continue;
    const entry = macroEntry(template, block, file.package.name, file.path, file.path);
    const before = session.macros.add(entry);
    if (before !== undefined) session.problems.error(duplicate(entry, before));
  }
}

/**
 * dbt looks at the macros of a file alone, so a note such as `{% https://… %}` between them is no fault: where the whole
 * is no template, what stands outside of the blocks is taken out, line by line, and the rest read again.
 */
function parseMacros(text: string, shown: string): Template {
  try {
    return parseTemplate(text, { file: shown });
  } catch (error) {
    const blocks = text.replace(
      /(\{%-?\s*(macro|test|data_test|materialization)\b[^]*?\{%-?\s*end\2\s*-?%\})|\{#[^]*?#\}|[^\n]/g,
      (_, block?: string) => block ?? '',
    );
    try {
      return parseTemplate(blocks, { file: shown });
    } catch {
      throw error;
    }
  }
}

let standard: readonly MacroEntry[] | undefined;

/** thau's own macros, parsed once per process. */
export function standardMacros(): readonly MacroEntry[] {
  if (standard !== undefined) return standard;
  const folder = join(import.meta.dirname, '../macros');
  standard = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .flatMap((file) => {
      const path = `macros/${file.replaceAll('\\', '/')}`;
      const template = parseTemplate(readFileSync(join(folder, file), 'utf8'), { file: `thau:${path}` });
      return template.blocks
        .filter((block) => macroKinds.has(block.kind))
        .map((block) => macroEntry(template, block, standardPackage, path, path));
    });
  return standard;
}

function macroEntry(
  template: Template,
  block: BlockDefinition,
  packageName: string,
  path: string,
  original: string,
): MacroEntry {
  const name = macroName(block);
  return {
    template,
    block,
    node: {
      unique_id: `macro.${packageName}.${name}`,
      resource_type: 'macro',
      name,
      package_name: packageName,
      original_file_path: original,
      path,
      macro_sql: template.source.slice(block.start, block.end),
      depends_on: { macros: [] },
      description: '',
      meta: {},
      arguments: [],
    },
  };
}

function macroName(block: BlockDefinition): string {
  switch (block.kind) {
    case 'test':
    case 'data_test':
      return `test_${block.name}`;
    case 'materialization':
      return `materialization_${block.name}_${block.adapter ?? 'default'}`;
    default:
      return block.name;
  }
}

/** The ids of the macros a piece of template names, as a file of that package sees them. */
export function macroDependencies(
  body: readonly Statement[],
  packageName: string,
  macros: MacroTable,
): string[] {
  const { names, members, dispatched } = macroReferences(body);
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
