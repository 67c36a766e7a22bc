import type { FigureField, PreviewField } from '../schema/bound-schema.js';
import { readArguments } from './arguments.js';
import { deeper, type EmitContext, type FieldSite } from './emit-context.js';
import { filterCondition } from './filter.js';
import { permitted } from './permitted.js';
import { rowsOf, whereSql } from './rows.js';
import { ruleUses } from './rule-uses.js';
import { sql, type Part } from './text-parts.js';

/** Below `previewSegment` figures and lists at the root are about the rows that the rule finds. */
export function previewContext(context: EmitContext, field: PreviewField, site: FieldSite): EmitContext {
  const given = readArguments(site.definition, site.node, context.inputs);
  const rule = given.get('rule');
  ruleUses(context, field.target, rule);
  return {
    ...deeper(context, site.node),
    rule: {
      target: field.target,
      condition: (row) => {
        const meets = filterCondition(context, row, rule);
        return [`(${meets ?? 'true'})`, ...permitted(context, row, given)];
      },
    },
  };
}

/** How many rows the rule finds, how many there are, and the one as a share of the other. */
export function emitFigure(context: EmitContext, field: FigureField): readonly Part[] {
  const { rule } = context;
  if (rule === undefined) throw new Error('a figure stands in a preview');
  const count = (narrowed: boolean): string => {
    const { row, from, where } = rowsOf(context, rule.target, undefined, []);
    const conditions = narrowed ? [...where, ...rule.condition(row)] : where;
    return `(select count(*) from ${from}${whereSql(conditions)})`;
  };
  const least = context.role?.minGroup ?? 1;
  // a figure of few people, or of all but few, would tell of each of them
  const told = (expression: string, size: string, total: string): readonly Part[] => [
    sql(
      least <= 1
        ? `coalesce((${expression})::text,'null')`
        : `(select case when s>=${least} and (a=s or a-s>=${least}) then coalesce((${expression})::text,'null') else 'null' end from (select ${size} as s,${total} as a) f)`,
    ),
  ];
  if (field.figure === 'total') return [sql(`${count(false)}::text`)];
  const size = count(true);
  const total = least > 1 || field.figure === 'share' ? count(false) : '0';
  if (field.figure === 'size') return told(least <= 1 ? size : 's', size, total);
  if (least > 1) return told('100.0*s/nullif(a,0)', size, total);
  return told(`100.0*${size}/nullif(${total},0)`, size, total);
}
