import { asKind, isTree, names, nodes, text } from '../tree.js';

/**
 * The name PostgreSQL gives a column that has none written: `FigureColname` in `parse_target.c`. A strong name (of a
 * column, a function, a keyword) wins over a weak one (of a cast's type).
 */
export function columnName(expression: unknown): string {
  return figure(expression)?.name ?? '?column?';
}

interface Figured {
  readonly name: string;
  readonly strong: boolean;
}

function figure(node: unknown): Figured | undefined {
  if (!isTree(node)) return undefined;
  const [kind = ''] = Object.keys(node);
  const body = asKind(node, kind) ?? {};
  switch (kind) {
    case 'ColumnRef':
      return strong(names(body['fields']).at(-1));
    case 'A_Indirection':
      return strong(names(body['indirection']).at(-1)) ?? figure(body['arg']);
    case 'FuncCall':
      return strong(names(body['funcname']).at(-1));
    case 'A_Expr':
      return body['kind'] === 'AEXPR_NULLIF' ? strong('nullif') : undefined;
    case 'TypeCast': {
      const inner = figure(body['arg']);
      if (inner?.strong === true) return inner;
      const type = isTree(body['typeName']) ? names(body['typeName']['names']).at(-1) : undefined;
      return type === undefined ? inner : { name: type, strong: false };
    }
    case 'CollateClause':
      return figure(body['arg']);
    case 'CaseExpr': {
      const inner = figure(body['defresult']);
      return inner?.strong === true ? inner : { name: 'case', strong: false };
    }
    case 'SubLink':
      return subLink(body);
    case 'MinMaxExpr':
      return strong(body['op'] === 'IS_LEAST' ? 'least' : 'greatest');
    case 'SQLValueFunction':
      return strong(valueFunctions[text(body['op']) ?? '']);
    default:
      return strong(keywords[kind]);
  }
}

function subLink(body: Readonly<Record<string, unknown>>): Figured | undefined {
  switch (body['subLinkType']) {
    case 'EXISTS_SUBLINK':
      return strong('exists');
    case 'ARRAY_SUBLINK':
      return strong('array');
    case 'EXPR_SUBLINK': {
      const target = nodes(asKind(body['subselect'], 'SelectStmt')?.['targetList'])[0];
      const { name, val } = asKind(target, 'ResTarget') ?? {};
      return strong(text(name)) ?? figure(val);
    }
    default:
      return undefined;
  }
}

function strong(name: string | undefined): Figured | undefined {
  return name === undefined ? undefined : { name, strong: true };
}

const keywords: Readonly<Record<string, string>> = {
  A_ArrayExpr: 'array',
  RowExpr: 'row',
  CoalesceExpr: 'coalesce',
  GroupingFunc: 'grouping',
  XmlSerialize: 'xmlserialize',
  JsonObjectConstructor: 'json_object',
  JsonArrayConstructor: 'json_array',
  JsonArrayQueryConstructor: 'json_array',
  JsonObjectAgg: 'json_objectagg',
  JsonArrayAgg: 'json_arrayagg',
  JsonParseExpr: 'json',
  JsonScalarExpr: 'json_scalar',
  JsonSerializeExpr: 'json_serialize',
};

const valueFunctions: Readonly<Record<string, string>> = {
  SVFOP_CURRENT_DATE: 'current_date',
  SVFOP_CURRENT_TIME: 'current_time',
  SVFOP_CURRENT_TIME_N: 'current_time',
  SVFOP_CURRENT_TIMESTAMP: 'current_timestamp',
  SVFOP_CURRENT_TIMESTAMP_N: 'current_timestamp',
  SVFOP_LOCALTIME: 'localtime',
  SVFOP_LOCALTIME_N: 'localtime',
  SVFOP_LOCALTIMESTAMP: 'localtimestamp',
  SVFOP_LOCALTIMESTAMP_N: 'localtimestamp',
  SVFOP_CURRENT_ROLE: 'current_role',
  SVFOP_CURRENT_USER: 'current_user',
  SVFOP_USER: 'user',
  SVFOP_SESSION_USER: 'session_user',
  SVFOP_CURRENT_CATALOG: 'current_catalog',
  SVFOP_CURRENT_SCHEMA: 'current_schema',
};
