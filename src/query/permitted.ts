import type { Argument } from './arguments.js';
import { comparand } from './bind-value.js';
import { relationOf, type EmitContext, type Row } from './emit-context.js';
import { requestError } from './request-error.js';
import { columnSql } from './rows.js';

/** Who agreed to what: the models that builds let members of segments in by. */
const models = { purposes: 'consent_purposes', permissions: 'permissions' } as const;

/**
 * The condition that a preview's `purpose` (and `contactChannel`) puts on a customer: that they agreed, where the purpose
 * needs it. Whoever would not be let into the segment is not counted before it is made.
 */
export function permitted(
  context: EmitContext,
  row: Row,
  given: ReadonlyMap<string, Argument>,
): readonly string[] {
  const purpose = given.get('purpose');
  const channel = given.get('contactChannel');
  if (purpose?.kind !== 'leaf') return [];
  for (const model of Object.values(models)) {
    if (context.bound.relations[model] !== undefined) continue;
    throw requestError('QUERY_RULE', `nothing says who agreed to a purpose: there is no model "${model}"`);
  }
  const value = (read: typeof purpose.read): string => comparand(context.builder, read, 'String', 'text');
  const source = (model: string): { readonly from: string; readonly alias: string } => {
    context.builder.relations.add(model);
    const alias = context.builder.alias();
    return { from: `${relationOf(context, model).from} ${alias}`, alias };
  };
  const purposes = source(models.purposes);
  const permissions = source(models.permissions);
  const said = columnSql(permissions.alias, 'contact_channel');
  const [key = ''] = row.type.key;
  return [
    `(exists(select 1 from ${purposes.from} where ${columnSql(purposes.alias, 'purpose')}=${value(purpose.read)} and not ${columnSql(purposes.alias, 'needs_consent')}) or exists(select 1 from ${permissions.from} where ${columnSql(permissions.alias, 'customer_id')}=${columnSql(row.alias, key)} and ${columnSql(permissions.alias, 'purpose')}=${value(purpose.read)} and ${said}=${channel?.kind === 'leaf' ? value(channel.read) : "'any'"}))`,
  ];
}
