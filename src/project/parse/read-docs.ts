import { ThauError } from '../../errors/thau-error.js';
import { didYouMean } from '../../errors/suggest.js';
import type { ColumnInfo } from '../manifest.js';
import type { Session } from './session.js';
import { readText, type SourceFile } from './project-files.js';
import { renderYamlText, isTemplate } from './render-yaml.js';
import { HostFunction } from '../../jinja/values/host-function.js';
import { str } from '../../jinja/values/repr.js';
import type { Place } from '../../errors/thau-error.js';

/** A `{% docs %}` block. */
export interface DocBlock {
  readonly unique_id: string;
  readonly name: string;
  readonly package_name: string;
  readonly path: string;
  readonly original_file_path: string;
  readonly block_contents: string;
}

/** What a Markdown file was read as: plain data, which the parse cache keeps. */
export interface DocFile {
  readonly blocks: readonly { readonly name: string; readonly line: number; readonly contents: string }[];
  /** A block that never ends; nothing after it was read. */
  readonly open?: { readonly name: string; readonly line: number };
}

const opening = /\{%-?\s*docs\s+([A-Za-z_]\w*)\s*-?%\}/g;
const closing = /\{%-?\s*enddocs\s*-?%\}/g;

/** The docs blocks of a text. What stands outside of them is not ours. */
function docBlocks(text: string): DocFile {
  const blocks: { name: string; line: number; contents: string }[] = [];
  if (!text.includes('docs')) return { blocks };
  opening.lastIndex = 0;
  for (let open = opening.exec(text); open !== null; open = opening.exec(text)) {
    const name = open[1] ?? '';
    closing.lastIndex = opening.lastIndex;
    const close = closing.exec(text);
    const line = text.slice(0, open.index).split('\n').length;
    if (close === null) return { blocks, open: { name, line } };
    blocks.push({ name, line, contents: text.slice(open.index + open[0].length, close.index).trim() });
    opening.lastIndex = closing.lastIndex;
  }
  return { blocks };
}

/** Collects the docs blocks of a Markdown file. */
export function readDocs(file: SourceFile, session: Session): void {
  const { shown } = file;
  const anew = (): DocFile => docBlocks(readText(file, session.files));
  const { blocks, open } = session.memory?.readings.docs(shown, anew) ?? anew();
  for (const { name, line, contents } of blocks) {
    const unique_id = `doc.${file.package.name}.${name}`;
    const before = session.docs.get(unique_id);
    if (before !== undefined) {
      session.problems.error(
        new ThauError('PROJECT_DUPLICATE_NODE', `two docs blocks have the name "${name}"`, {
          at: { file: shown, line },
          notes: [`the other is in ${before.original_file_path}`],
          hint: 'Rename one of them.',
        }),
      );
      continue;
    }
    session.docs.set(unique_id, {
      unique_id,
      name,
      package_name: file.package.name,
      path: file.inner,
      original_file_path: file.path,
      block_contents: contents,
    });
  }
  if (open === undefined) return;
  session.problems.error(
    new ThauError('PROJECT_FILE', `the docs block "${open.name}" is never closed`, {
      at: { file: shown, line: open.line },
      hint: 'End it with {% enddocs %}.',
    }),
  );
}

/** A description with its `{{ doc('…') }}` replaced. */
export function renderDescription(
  text: string,
  at: () => Place,
  packageName: string,
  session: Session,
): string {
  if (!isTemplate(text)) return text;
  const shared = session.yamlGlobals(packageName);
  const doc = new HostFunction('doc', (call) => {
    const names = call.args.map(str);
    const name = names.at(-1) ?? '';
    const packages =
      names.length > 1 ? [names[0] ?? ''] : [packageName, session.root.name, ...session.packages.keys()];
    for (const one of packages) {
      const id = `doc.${one}.${name}`;
      const found = session.docs.get(id);
      session.memory?.noteDoc(id, found?.block_contents);
      if (found !== undefined) return found.block_contents;
    }
    throw new ThauError('PROJECT_UNKNOWN_DOC', `there is no docs block "${name}"`, {
      at: at(),
      hint:
        didYouMean(
          name,
          [...session.docs.values()].map((block) => block.name),
        ) ?? 'Write it in a .md file: {% docs name %} … {% enddocs %}.',
    });
  });
  const rendered = renderYamlText(text, at(), {
    get: (name) => (name === 'doc' ? doc : shared.get(name)),
    keys: () => shared.keys(),
  });
  return typeof rendered === 'string' ? rendered : JSON.stringify(rendered);
}

/** Columns with their descriptions rendered. */
export function describeColumns(
  columns: Readonly<Record<string, ColumnInfo>>,
  at: () => Place,
  packageName: string,
  session: Session,
): Record<string, ColumnInfo> {
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [
      name,
      isTemplate(column.description)
        ? { ...column, description: renderDescription(column.description, at, packageName, session) }
        : column,
    ]),
  );
}
