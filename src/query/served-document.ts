import { Kind, print, type FieldNode, type FragmentDefinitionNode, type SelectionNode } from 'graphql';
import type { EmitContext, Row } from './emit-context.js';
import { quoteName } from '../schema/names.js';
import { columnSql, plainName } from './rows.js';
import { sql, type Part } from './text-parts.js';

/** A fragment whose JSON stands ready in a table, one row per row of its type. */
export interface ServedDocument {
  readonly type: string;
  /** The fragment's selection, by `selectionText`. */
  readonly selection: string;
  /** The table, quoted: the key's columns and `body`. */
  readonly table: string;
  /** What makes an answer suspect that holds the body. */
  readonly needles: readonly string[];
}

/**
 * A selection as one text, fragments of the same type spread, so that a client may write the fields, or spread the
 * fragment, in the order of the document. Undefined where it holds a variable or a condition: no stored JSON serves it.
 */
export function selectionText(
  nodes: readonly FieldNode[],
  type: string,
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
): string | undefined {
  const [node, ...others] = nodes;
  // the same key written twice merges; rare, and answered live
  if (node?.selectionSet === undefined || others.length > 0) return undefined;
  const text = selectionsText(node.selectionSet.selections, type, fragments, 0);
  return text === undefined || /[$@]/.test(text) ? undefined : text;
}

/** Spreads of other types within stay as they are, and so do not match a document that spells them out. */
export function selectionsText(
  selections: readonly SelectionNode[],
  type: string,
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
  depth: number,
): string | undefined {
  if (depth > 20) return undefined;
  const parts: string[] = [];
  for (const selection of selections) {
    if (selection.directives !== undefined && selection.directives.length > 0) return undefined;
    if (selection.kind === Kind.FIELD) {
      parts.push(print(selection));
      continue;
    }
    const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
    const condition = inner?.typeCondition?.name.value ?? type;
    if (inner === undefined || condition !== type) return undefined;
    const text = selectionsText(inner.selectionSet.selections, type, fragments, depth + 1);
    if (text === undefined) return undefined;
    parts.push(text);
  }
  return parts.join('\n');
}

/** The JSON of a row from the table that keeps it ready; undefined where no document is what is asked. */
export function emitServed(
  context: EmitContext,
  typeName: string,
  nodes: readonly FieldNode[],
  row: Row,
): readonly Part[] | undefined {
  // what is stored was made without masks and filters
  if (context.documents.length === 0 || context.role !== undefined) return undefined;
  // nor does it tell whose data it is
  if (context.settings.auditSubject !== undefined) return undefined;
  const candidates = context.documents.filter((one) => one.type === typeName);
  if (candidates.length === 0) return undefined;
  const asked = selectionText(nodes, typeName, context.fragments);
  const found = asked === undefined ? undefined : candidates.find((one) => one.selection === asked);
  if (found === undefined) return undefined;
  for (const needle of found.needles) context.builder.needles.add(needle);
  const alias = context.builder.alias();
  const same = row.type.key.map((column) => `${alias}.${plainName(column)}=${columnSql(row.alias, column)}`);
  return [
    sql(
      `(select ${alias}.${quoteName('thau body')} from ${found.table} ${alias} where ${same.join(' and ')})`,
    ),
  ];
}
