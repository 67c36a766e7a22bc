import type { BlockDefinition, Template } from '../../jinja/parse/ast.js';
import { parseTemplate } from '../../jinja/parse/parse-template.js';
import type { MacroEntry } from '../context/macro-table.js';
import type { MacroNode } from '../manifest.js';
import { macroReferences, type MacroReferences } from './macro-references.js';

/** What a file of macros, generic tests and materializations was read as: plain data, which the parse cache keeps. */
export interface MacroFile {
  /** The template's text, which offsets count in. */
  readonly source: string;
  readonly macros: readonly MacroOutline[];
}

export interface MacroOutline extends MacroReferences {
  readonly name: string;
  /** Its place among the named blocks of the template. */
  readonly index: number;
  readonly start: number;
  readonly end: number;
}

/** Where macros of a file belong. */
export interface MacroOwner {
  readonly packageName: string;
  /** Relative to the package. */
  readonly path: string;
  /** What errors call the file. */
  readonly shown: string;
}

const macroKinds = new Set<BlockDefinition['kind']>(['macro', 'test', 'data_test', 'materialization']);

/** Reads the text of a file of macros. Throws JINJA_SYNTAX where it is no template. */
export function readMacroFile(text: string, shown: string): MacroFile {
  const template = parseMacros(text, shown);
  const { source, blocks } = template;
  const macros = blocks.flatMap((block, index) => {
    if (!macroKinds.has(block.kind)) return [];
    const { start, end, body } = block;
    return [{ name: macroName(block), index, start, end, ...macroReferences(body) }];
  });
  const file = { source, macros };
  templates.set(file, template);
  return file;
}

/** The templates of files that this process has read. */
const templates = new WeakMap<MacroFile, Template>();

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

/** The macros of a file. Where the parse cache had them, their template is parsed when the first is called: most are not. */
export function macroEntries(file: MacroFile, owner: MacroOwner): MacroEntry[] {
  const { packageName, path, shown } = owner;
  const { source, macros } = file;
  let parsed = templates.get(file);
  // a line break at the end is taken off a template's text, so this one is the text again
  const template = (): Template => (parsed ??= parseTemplate(`${source}\n`, { file: shown }));
  return macros.map((outline) => {
    const { name, start, end } = outline;
    const node: MacroNode = {
      unique_id: `macro.${packageName}.${name}`,
      resource_type: 'macro',
      name,
      package_name: packageName,
      original_file_path: path,
      path,
      macro_sql: source.slice(start, end),
      depends_on: { macros: [] },
      description: '',
      meta: {},
      arguments: [],
    };
    return new OutlinedMacro(node, shown, outline, template);
  });
}

class OutlinedMacro implements MacroEntry {
  readonly #template: () => Template;

  constructor(
    readonly node: MacroNode,
    readonly file: string,
    readonly outline: MacroOutline,
    template: () => Template,
  ) {
    this.#template = template;
  }

  get references(): MacroReferences {
    return this.outline;
  }

  get template(): Template {
    return this.#template();
  }

  get block(): BlockDefinition {
    const block = this.template.blocks[this.outline.index];
    if (block === undefined) throw new TypeError(`${this.node.unique_id} is not in its file`);
    return block;
  }
}
