import { ThauError } from '../../errors/thau-error.js';
import { quoteIdentifier } from '../../postgres/identifier.js';
import type { ColumnInfo, ManifestNode } from '../../project/manifest.js';
import { sqlName } from '../relation.js';
import type { Column } from '../views/view-text.js';
import { configError } from './config-error.js';
import { readQueryColumns } from './query-columns.js';
import type { CandidateInput } from './materialisation.js';
import { selectBody } from './select-body.js';
import { sqlHeader } from './view.js';

/** The columns an enforced contract promises; undefined where there is none. */
export function contractColumns(node: ManifestNode): readonly ColumnInfo[] | undefined {
  const contract = node.config['contract'] as { enforced?: unknown } | undefined;
  return contract?.enforced === true ? Object.values(node.columns) : undefined;
}

/** Holds the select against the contract, makes the table with its constraints, and fills it. */
export async function createContracted(
  input: CandidateInput,
  contract: readonly ColumnInfo[],
  unlogged: string,
): Promise<number> {
  const { tx, node, sql, target, config } = input;
  await assertContract(input, contract);
  const definitions = contract.map((column) =>
    [
      quoteIdentifier(column.name),
      column.data_type ?? 'text',
      ...column.constraints.map((one) => columnConstraint(node, one)),
    ].join(' '),
  );
  const whole = (node.constraints ?? []).map((one) => tableConstraint(node, one));
  await tx.query(
    `create ${unlogged}table ${sqlName(target)} (\n    ${[...definitions, ...whole].join(',\n    ')}\n)`,
  );
  const list = contract.map((column) => quoteIdentifier(column.name)).join(', ');
  const { rowCount } = await tx.query(
    `${sqlHeader(config)}insert into ${sqlName(target)} (${list}) select ${list} from ${selectBody(sql)} as contracted`,
  );
  return rowCount;
}

/** Every column of the contract is there with its type, and no other. */
export async function assertContract(input: CandidateInput, contract: readonly ColumnInfo[]): Promise<void> {
  const { tx, node, sql } = input;
  const made = await readQueryColumns(tx, sql);
  const fault = contractFault(node, made, await readQueryColumns(tx, contractSelect(contract)));
  if (fault) throw fault;
}

/** A select whose columns are those of the contract, with PostgreSQL's names of their types. */
export function contractSelect(contract: readonly ColumnInfo[]): string {
  const columns = contract.map(
    (column) => `null::${column.data_type ?? 'text'} as ${quoteIdentifier(column.name)}`,
  );
  return `select ${columns.join(', ')}`;
}

/** What differs between the columns a model makes and those it promised. */
export function contractFault(
  node: ManifestNode,
  made: readonly Column[],
  promised: readonly Column[],
): ThauError | undefined {
  const bare = (type: string): string => type.replace(/\(.*\)/, '');
  const differences: string[] = [];
  for (const { name, type } of promised) {
    const found = made.find((column) => column.name === name);
    if (!found) differences.push(`column "${name}" (${type}) is not in the SQL`);
    else if (bare(found.type) !== bare(type)) {
      differences.push(`column "${name}" is ${found.type}, and the contract says ${type}`);
    }
  }
  for (const { name, type } of made) {
    if (!promised.some((column) => column.name === name)) {
      differences.push(`column "${name}" (${type}) is not in the contract`);
    }
  }
  if (differences.length === 0) return undefined;
  return new ThauError('BUILD_CONTRACT', `${node.unique_id} does not keep its contract.`, {
    at: { file: node.original_file_path },
    notes: differences,
    hint: 'Correct the SQL, or the columns in the YAML.',
  });
}

type Constraint = Readonly<Record<string, unknown>>;

function columnConstraint(node: ManifestNode, constraint: Constraint): string {
  const expression = text(constraint['expression']);
  switch (constraint['type']) {
    case 'not_null':
      return 'not null';
    case 'unique':
      return `unique ${expression}`.trim();
    case 'primary_key':
      return `primary key ${expression}`.trim();
    case 'check':
      return `check (${expression})`;
    case 'foreign_key':
      return `references ${reference(constraint)}`;
    case 'custom':
      return expression;
    default:
      throw unknownConstraint(node, constraint);
  }
}

function tableConstraint(node: ManifestNode, constraint: Constraint): string {
  const columns = Array.isArray(constraint['columns'])
    ? constraint['columns'].map((column) => quoteIdentifier(String(column))).join(', ')
    : '';
  const expression = text(constraint['expression']);
  const name = text(constraint['name']);
  const prefix = name === '' ? '' : `constraint ${quoteIdentifier(name)} `;
  switch (constraint['type']) {
    case 'unique':
      return `${prefix}unique (${columns}) ${expression}`.trim();
    case 'primary_key':
      return `${prefix}primary key (${columns}) ${expression}`.trim();
    case 'check':
      return `${prefix}check (${expression})`;
    case 'foreign_key':
      return `${prefix}foreign key (${columns}) references ${reference(constraint)}`;
    case 'custom':
      return `${prefix}${expression}`;
    default:
      throw unknownConstraint(node, constraint);
  }
}

function reference(constraint: Constraint): string {
  const to = text(constraint['to']);
  if (to === '') return text(constraint['expression']);
  const columns = Array.isArray(constraint['to_columns'])
    ? ` (${constraint['to_columns'].map((column) => quoteIdentifier(String(column))).join(', ')})`
    : '';
  return `${to}${columns}`;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function unknownConstraint(node: ManifestNode, constraint: Constraint): ThauError {
  return configError(
    node,
    `no constraint is called ${text(constraint['type'])}`,
    'There are not_null, unique, primary_key, foreign_key, check and custom.',
  );
}
