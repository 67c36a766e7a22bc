import { isInterfaceType, type GraphQLSchema } from 'graphql';
import { readArguments, type Argument } from './arguments.js';
import { deeper, type EmitContext, type FieldSite } from './emit-context.js';
import { lookupByKey } from './filter.js';
import { readGlobalId } from './global-id.js';
import { rowsOf, whereSql } from './rows.js';
import { concatenation, sql, text, type Part } from './text-parts.js';

/** `node(id)`: the id names the type, and so the plan; its signature covers that much of the id. */
export function emitNode(context: EmitContext, site: FieldSite): readonly Part[] {
  const id = readArguments(site.definition, site.node, context.inputs).get('id');
  return [oneNode(context, site, id)];
}

/** `nodes(ids)`, in the order of the ids. */
export function emitNodes(context: EmitContext, site: FieldSite): readonly Part[] {
  const ids = readArguments(site.definition, site.node, context.inputs).get('ids');
  const parts: Part[] = [text('[')];
  (ids?.kind === 'list' ? ids.items : []).forEach((id, index) => {
    if (index > 0) parts.push(text(','));
    parts.push(oneNode(context, site, id));
  });
  parts.push(text(']'));
  return parts;
}

function oneNode(context: EmitContext, site: FieldSite, id: Argument | undefined): Part {
  if (id?.kind !== 'leaf') return text('null');
  const typeName = readGlobalId(String(id.value))?.type ?? '';
  const type = Object.hasOwn(context.bound.types, typeName) ? context.bound.types[typeName] : undefined;
  if (type?.kind !== 'object' || type.fields['id']?.kind !== 'id') return text('null');
  const tag = nodeTypes(context.schema).indexOf(typeName) + 1;
  if (tag === 0) return text('null');
  const source = rowsOf(context, typeName, undefined, []);
  const [brace, ...rest] = context.emitRow(deeper(context, site.node), typeName, site.nodes, source.row);
  // the blanks behind the brace tell the type, as they do for an abstract type of one relation
  const opened = brace && 'text' in brace ? brace.text.replace('{', `{${' '.repeat(tag)}`) : '';
  const item = concatenation([text(opened), ...rest]);
  const where = [...source.where, lookupByKey(context, source.row, id)];
  return sql(`coalesce((select ${item} from ${source.from}${whereSql(where)}),'null')`);
}

/** The types that implement Node, in an order that the reader of suspect answers shares. */
export function nodeTypes(schema: GraphQLSchema): readonly string[] {
  const node = schema.getType('Node');
  return isInterfaceType(node) ? schema.getImplementations(node).objects.map((type) => type.name) : [];
}

/** What of an id a plan depends on: the type it names. */
export const idSignature = (id: unknown): string => readGlobalId(String(id))?.type ?? '';
