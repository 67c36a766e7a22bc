import { Kind, type FieldDefinitionNode } from 'graphql';
import { didYouMean } from '../errors/suggest.js';
import { typeShape, type BindContext } from './bind-context.js';
import type { FigureField, PreviewField } from './bound-schema.js';

const figures: readonly string[] = ['size', 'total', 'share'] satisfies FigureField['figure'][];

/** `previewSegment(rule: CustomerFilter!): SegmentPreview!`: its lists hold the rows that the rule finds. */
export function bindPreview(
  context: BindContext,
  name: string,
  field: FieldDefinitionNode,
): PreviewField | undefined {
  const shape = typeShape(field.type);
  const rule = field.arguments?.find((item) => item.name.value === 'rule');
  const filter = rule && typeShape(rule.type);
  const target = filter?.name.replace(/Filter$/, '') ?? '';
  const type = context.document.types.get(shape.name);
  if (!filter?.name.endsWith('Filter') || filter.list || !filter.nonNull || !context.rows.has(target)) {
    context.findings.error(
      'SCHEMA_TYPE',
      `${name} takes no rule`,
      rule ?? field,
      didYouMean(target, context.rows.keys()) ?? 'Give it an argument "rule: CustomerFilter!".',
    );
    return undefined;
  }
  if (type?.kind !== Kind.OBJECT_TYPE_DEFINITION || context.rows.has(shape.name) || shape.list) {
    context.findings.error(
      'SCHEMA_TYPE',
      `${name} is ${shape.list ? 'a list' : shape.name}, which cannot hold what a rule finds`,
      field.type,
      `Declare a type with ${figures.join(', ')} and lists of ${target} by @many, without @relation.`,
    );
    return undefined;
  }
  return { kind: 'preview', type: shape.name, target };
}

/** A number of a preview's type: it is counted, and no column's. */
export function isFigure(
  context: BindContext,
  typeName: string,
  field: FieldDefinitionNode,
): field is FieldDefinitionNode & { readonly name: { readonly value: FigureField['figure'] } } {
  const root = context.document.types.get('Query')?.fields ?? [];
  const preview = root.find((item) => item.name.value === 'previewSegment');
  if (preview === undefined || typeShape(preview.type).name !== typeName) return false;
  if (!figures.includes(field.name.value)) return false;
  const { name, list, nonNull } = typeShape(field.type);
  const wanted = field.name.value === 'share' ? 'Float' : 'Int';
  if (name === wanted && !list && !nonNull) return true;
  context.findings.error(
    'SCHEMA_TYPE',
    `${typeName}.${field.name.value} is not ${wanted}`,
    field.type,
    `Write ${wanted}: it is null where the caller's role may not know figures of so few.`,
  );
  return true;
}
