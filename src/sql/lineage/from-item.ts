import type { Tree } from '../parse-sql.js';
import { asKind, isTree, names, nodes, text } from '../tree.js';
import { expressionOrigins } from './expression.js';
import { renamed, type Column, type Origin, type Scope, type Source } from './scope.js';
import { distinct, type Walk } from './walk.js';

/** Adds an item of FROM to the scope, and answers with the sources it is made of, for joins. */
export function addFromItem(node: Tree, scope: Scope, walk: Walk): readonly Source[] {
  const [kind = ''] = Object.keys(node);
  const item = asKind(node, kind) ?? {};
  switch (kind) {
    case 'JoinExpr':
      return addJoin(item, scope, walk);
    case 'RangeTableSample':
      return isTree(item['relation']) ? addFromItem(item['relation'], scope, walk) : [];
    case 'RangeVar':
      return added(relationSource(item, scope, walk), scope);
    case 'RangeSubselect': {
      // a subquery sees its neighbours only when lateral; to let it see them always changes nothing for valid SQL
      const columns = isTree(item['subquery']) ? walk.columns(item['subquery'], scope) : [];
      return added(aliased(item, { columns }), scope);
    }
    default:
      return added(functionSource(item, scope, walk), scope);
  }
}

function added(source: Source, scope: Scope): readonly Source[] {
  scope.add(source);
  return [source];
}

function relationSource(item: Tree, scope: Scope, walk: Walk): Source {
  const schema = text(item['schemaname']);
  const relation = text(item['relname']) ?? '';
  const cte = schema === undefined ? scope.cte(relation) : undefined;
  if (cte) return aliased(item, { alias: relation, columns: cte });
  const known = walk.columnsOf(schema, relation);
  const named = { alias: relation, ...(schema !== undefined && { schema }) };
  if (known === undefined) {
    walk.miss(schema === undefined ? relation : `${schema}.${relation}`);
    return aliased(item, { ...named, columns: [], open: [] });
  }
  const origin = (column: string): Origin => ({ ...(schema !== undefined && { schema }), relation, column });
  return aliased(item, { ...named, columns: known.map((name) => ({ name, from: [origin(name)] })) });
}

/** `as alias(a, b)`; an alias hides the schema. */
function aliased(item: Tree, source: Source): Source {
  const alias = item['alias'];
  if (!isTree(alias)) return source;
  const { schema: _hidden, ...rest } = source;
  const name = text(alias['aliasname']);
  return {
    ...rest,
    ...(name !== undefined && { alias: name }),
    columns: renamed(source.columns, names(alias['colnames'])),
  };
}

/** Functions, XMLTABLE and JSON_TABLE: every column may come from every argument. */
function functionSource(item: Tree, scope: Scope, walk: Walk): Source {
  const from = expressionOrigins({ ...item, alias: undefined }, scope, walk);
  const alias = isTree(item['alias']) ? item['alias'] : {};
  const first = asKind(nodes(asKind(nodes(item['functions'])[0], 'List')?.['items'])[0], 'FuncCall');
  const name = text(alias['aliasname']) ?? names(first?.['funcname']).at(-1);
  const defined = [...nodes(item['coldeflist']), ...nodes(item['columns'])].flatMap((column) => {
    const body =
      asKind(column, 'ColumnDef') ?? asKind(column, 'JsonTableColumn') ?? asKind(column, 'RangeTableFuncCol');
    return text(body?.['colname'] ?? body?.['name']) ?? [];
  });
  const written = [...names(alias['colnames']), ...defined];
  // a function that returns one value names its column after itself or its alias
  const columns: Column[] = (written.length > 0 ? written : name === undefined ? [] : [name]).map(
    (column) => ({
      name: column,
      from,
    }),
  );
  if (item['ordinality'] === true && written.length === 0) columns.push({ name: 'ordinality', from: [] });
  return { ...(name !== undefined && { alias: name }), columns, open: from };
}

function addJoin(join: Tree, scope: Scope, walk: Walk): readonly Source[] {
  const left = isTree(join['larg']) ? addFromItem(join['larg'], scope, walk) : [];
  const right = isTree(join['rarg']) ? addFromItem(join['rarg'], scope, walk) : [];
  const columnsOf = (sources: readonly Source[]): readonly Column[] =>
    sources.flatMap(({ columns }) => columns);
  const shared = (): string[] => {
    const on = new Set(columnsOf(right).map(({ name }) => name));
    return [...new Set(columnsOf(left).map(({ name }) => name))].filter((name) => on.has(name));
  };
  const using = join['isNatural'] === true ? shared() : names(join['usingClause']);
  const merged = using.map((name) => ({
    name,
    from: distinct(
      [...columnsOf(left), ...columnsOf(right)]
        .filter((column) => column.name === name)
        .flatMap(({ from }) => from),
    ),
  }));
  for (const column of merged) walk.read(column.from);
  scope.merge(merged);
  expressionOrigins(join['quals'], scope, walk);
  const sources = [...left, ...right];
  const alias = isTree(join['alias']) ? text(join['alias']['aliasname']) : undefined;
  if (alias === undefined) return sources;
  const hidden = new Set(using);
  const rest = columnsOf(sources).filter(({ name }) => !hidden.has(name));
  return added(aliased(join, { alias, columns: [...merged, ...rest] }), scope);
}
