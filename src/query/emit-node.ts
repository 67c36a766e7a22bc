import { readArguments, type Argument } from './arguments.js';
import { deeper, type EmitContext, type FieldSite } from './emit-context.js';
import { keyCondition } from './filter.js';
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
  const isNode = context.schema
    .getImplementations(
      context.schema.getType('Node') as Parameters<typeof context.schema.getImplementations>[0],
    )
    .objects.some((object) => object.name === typeName);
  if (!isNode) return text('null');
  const source = rowsOf(context, typeName, undefined, []);
  const item = concatenation(context.emitRow(deeper(context, site.node), typeName, site.nodes, source.row));
  const where = [...source.where, keyCondition(context, source.row, id)];
  return sql(`coalesce((select ${item} from ${source.from}${whereSql(where)}),'null')`);
}

/** What of an id a plan depends on: the type it names. */
export const idSignature = (id: unknown): string => readGlobalId(String(id))?.type ?? '';
