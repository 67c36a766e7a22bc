import type { Tree } from '../parse-sql.js';
import { asKind, isTree, names, nodes } from '../tree.js';
import type { Origin, Scope } from './scope.js';
import { distinct, type Walk } from './walk.js';

/** The stored columns an expression's value comes from; reads are told to the walk. */
export function expressionOrigins(expression: unknown, scope: Scope, walk: Walk): Origin[] {
  const found: Origin[] = [];
  visit(expression, scope, walk, found);
  return distinct(found);
}

function visit(node: unknown, scope: Scope, walk: Walk, found: Origin[]): void {
  if (Array.isArray(node)) {
    for (const item of node) visit(item, scope, walk, found);
    return;
  }
  if (!isTree(node)) return;
  const reference = asKind(node, 'ColumnRef');
  if (reference) {
    const origins = resolve(reference, scope, walk);
    walk.read(origins);
    found.push(...origins);
    return;
  }
  const sub = asKind(node, 'SubLink');
  if (sub) {
    visit(sub['testexpr'], scope, walk, found);
    const columns = isTree(sub['subselect']) ? walk.columns(sub['subselect'], scope) : [];
    // EXISTS looks at no value
    if (sub['subLinkType'] !== 'EXISTS_SUBLINK') found.push(...columns.flatMap((column) => column.from));
    return;
  }
  for (const value of Object.values(node)) visit(value, scope, walk, found);
}

function resolve(reference: Tree, scope: Scope, walk: Walk): readonly Origin[] {
  const parts = names(reference['fields']);
  const star = nodes(reference['fields']).some((field) => 'A_Star' in field);
  const found = star
    ? scope.star(parts.at(-2), parts.at(-1))?.flatMap((column) => column.from)
    : lookUp(parts, scope);
  if (found) return found;
  walk.miss([...parts, ...(star ? ['*'] : [])].join('.'));
  return [];
}

/** `column`, `alias.column`, `schema.table.column`, or any of them with fields of a composite after it. */
function lookUp(parts: readonly string[], scope: Scope): readonly Origin[] | undefined {
  const [a = '', b, c] = parts;
  if (b === undefined) return scope.column(a);
  const short = scope.qualified(undefined, a, b);
  if (short) return short;
  return c === undefined ? undefined : scope.qualified(a, b, c);
}
