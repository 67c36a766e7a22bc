import { ThauError } from '../../errors/thau-error.js';
import type { AddCommand } from '../command.js';

interface LoadOptions {
  readonly table: string;
  readonly delimiter: string;
  readonly columns?: string;
  readonly type: readonly string[];
  readonly replace?: true;
  readonly append?: true;
}

/** `thau load <file> --table schema.table`: a text file -> a plain raw table, all of it or nothing. */
export const addLoad: AddCommand = (program, run) => {
  program
    .command('load')
    .argument('<file>', 'CSV or another delimited text file, in UTF-8')
    .description('load a text file into a plain raw table, all of it or nothing')
    .requiredOption('--table <schema.table>', 'where to')
    .option('--delimiter <character>', 'a character, tab, or spaces for any run of blanks', ',')
    .option('--columns <names>', 'the columns, separated by commas, when the file has no header')
    .option('--type <column=type>', "a column's type, text unless given; may be repeated", gather, [])
    .option('--replace', 'put the new rows in the place of the old ones')
    .option('--append', 'add the rows to the table')
    .action(
      run<LoadOptions>(async (context, options, [path = '']) => {
        const { loadFile } = await import('../../load/load-file.js');
        if (options.replace && options.append)
          throw unusable('--replace and --append exclude each other', 'Choose one.');
        const { schema, name } = target(options.table, context.settings().database.stateSchema);
        const file = {
          path,
          shown: path,
          delimiter: delimiter(options.delimiter),
          schema,
          name,
          types: types(options.type),
          ...(options.columns !== undefined && { columns: names(options.columns) }),
          whenThere: options.replace
            ? ('replace' as const)
            : options.append
              ? ('append' as const)
              : ('refuse' as const),
        };
        const { database } = await context.warehouse();
        const rows = await database.transaction((tx) => loadFile(tx, file), { signal: context.signal });
        context.output.result(
          { table: options.table, rows },
          `${String(rows)} rows loaded into ${options.table}`,
        );
        return 0;
      }),
    );
};

function gather(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

function target(table: string, stateSchema: string): { schema: string; name: string } {
  const [schema = '', name = '', ...rest] = table.split('.');
  const plain = /^[a-z_][a-z0-9_]{0,62}$/;
  const why =
    !plain.test(schema) || !plain.test(name) || rest.length > 0
      ? 'is not of the form schema.table in lower case'
      : schema === stateSchema ||
          schema.startsWith('pg_') ||
          schema === 'information_schema' ||
          /__r\d+$/.test(schema)
        ? 'stands in a schema that is not yours to load into'
        : undefined;
  if (why === undefined) return { schema, name };
  throw new ThauError('LOAD_TABLE_NAME', `the table "${table}" ${why}`, {
    hint: 'Write, for example, --table raw_shop.orders.',
  });
}

function delimiter(given: string): string {
  if (given === 'spaces') return given;
  if (given === 'tab' || given === '\\t') return '\t';
  if (given.length === 1 && !/["\r\n\\]/.test(given)) return given;
  throw unusable(`the delimiter "${given}" is not one character`, 'Pass one character, tab, or spaces.');
}

function names(list: string): string[] {
  const found = list.split(',').map((name) => name.trim());
  if (found.every((name, index) => name !== '' && found.indexOf(name) === index)) return found;
  throw unusable(
    `--columns "${list}" names a column twice or not at all`,
    'Write, for example, --columns id,name,price.',
  );
}

function types(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((pair) => {
      const found = /^([^=]+)=([a-z][a-z0-9_ ]*(?:\(\d+(?:, *\d+)?\))?(?: [a-z ]+)?(?:\[\])?)$/i.exec(pair);
      if (found?.[1] === undefined || found[2] === undefined) {
        throw unusable(
          `"${pair}" does not name a column and a type`,
          'Write, for example, --type price=numeric(12,2).',
        );
      }
      return [found[1].trim(), found[2]];
    }),
  );
}

function unusable(message: string, hint: string): ThauError {
  return new ThauError('LOAD_OPTION', message, { hint });
}
