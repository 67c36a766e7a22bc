import type { ColumnField } from '../schema/bound-schema.js';
import type { Argument } from './arguments.js';
import type { EmitContext } from './emit-context.js';
import { requestError } from './request-error.js';
import { columnSql } from './rows.js';
import { mapped } from './statement-builder.js';
import { quoteText } from './text-parts.js';

/** The model that says of which moment the data is; where a project has it, what is recent is recent by it. */
const clock = { model: 'clock', column: 'as_of_at' } as const;

const span = /^(\d{1,5}) (minute|hour|day|week|month|year)s?$/;

/** `inLast: "90 days"`: not older than that, and not of the future. */
export function inLastCondition(
  context: EmitContext,
  subject: string,
  field: ColumnField,
  argument: Argument,
): string {
  if (argument.kind === 'object') return 'false';
  const length = context.builder.parameter(
    mapped(argument.read, (value) => {
      if (span.test(String(value))) return String(value);
      throw requestError('QUERY_ARGUMENT', `inLast takes a number and a unit, not ${JSON.stringify(value)}`, {
        hint: 'Write "90 days"; the units are minutes, hours, days, weeks, months and years.',
      });
    }),
    'interval',
  );
  const zone = quoteText(context.bound.timezone);
  const now = nowSql(context);
  const local = `(${now} at time zone ${zone})`;
  if (field.pgType === 'date') {
    return `${subject}>(${local}-${length})::date and ${subject}<=${local}::date`;
  }
  const moment = field.pgType === 'timestamp without time zone' ? local : now;
  return `${subject}>${moment}-${length} and ${subject}<=${moment}`;
}

/** Without a clock of the project's an answer is of the moment it was asked in, and not kept. */
function nowSql(context: EmitContext): string {
  const relation = context.bound.relations[clock.model];
  if (relation === undefined || !Object.hasOwn(relation.columns, clock.column)) {
    context.builder.published = false;
    return 'now()';
  }
  context.builder.relations.add(clock.model);
  const alias = context.builder.alias();
  return `(select ${columnSql(alias, clock.column)} from ${relation.from} ${alias} limit 1)`;
}
