import type { Queryable } from '../../postgres/queryable.js';
import type { CompiledRule } from '../../query/segment-rule.js';

/** A stored rule as GraphQL shows it: the fields of the type SegmentRule. */
export interface SegmentRuleRow {
  readonly segmentId: string;
  readonly name: string;
  readonly nameVi: string | null;
  readonly description: string | null;
  readonly purpose: string;
  readonly contactChannel: string;
  readonly rule: unknown;
  readonly author: string;
  readonly role: string;
  readonly fault: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What stands in the table beside that. */
export interface StoredRule extends SegmentRuleRow {
  readonly claims: Readonly<Record<string, unknown>>;
  readonly compiled: CompiledRule;
}

/** Dates as the API writes them. */
const columns = `segment_id as "segmentId", name, name_vi as "nameVi", description, purpose,
  contact_channel as "contactChannel", rule, author, role, fault, claims, compiled,
  to_json(created_at) #>> '{}' as "createdAt", to_json(updated_at) #>> '{}' as "updatedAt"`;

/** Every stored rule, in the order they were made. */
export async function storedRules(on: Queryable, state: string): Promise<readonly StoredRule[]> {
  const { rows } = await on.query<StoredRule>(
    `select ${columns} from ${state}.segment_rules order by created_at, segment_id`,
  );
  return rows;
}

/** Writes a rule, over the one of its id if there is one. */
export async function putRule(
  on: Queryable,
  state: string,
  rule: Omit<StoredRule, 'createdAt' | 'updatedAt' | 'fault'>,
): Promise<SegmentRuleRow> {
  const { rows } = await on.query<StoredRule>(
    `insert into ${state}.segment_rules (segment_id, name, name_vi, description, purpose, contact_channel, rule, author,
                                         role, claims, compiled)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (segment_id) do update set
       (name, name_vi, description, purpose, contact_channel, rule, author, role, claims, compiled, fault, updated_at)
       = (excluded.name, excluded.name_vi, excluded.description, excluded.purpose, excluded.contact_channel,
          excluded.rule, excluded.author, excluded.role, excluded.claims, excluded.compiled, null, clock_timestamp())
     returning ${columns}`,
    [
      rule.segmentId,
      rule.name,
      rule.nameVi,
      rule.description,
      rule.purpose,
      rule.contactChannel,
      JSON.stringify(rule.rule),
      rule.author,
      rule.role,
      JSON.stringify(rule.claims),
      JSON.stringify(rule.compiled),
    ],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('insert … returning answered no row');
  return row;
}
