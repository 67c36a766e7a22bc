import type { ManyField } from '../schema/bound-schema.js';
import { readArguments, type Argument } from './arguments.js';
import { collect, type Selected } from './collect.js';
import { cursorCondition, cursorSql } from './cursor.js';
import { deeper, type EmitContext, type FieldSite, type Row } from './emit-context.js';
import { narrowed } from './emit-list.js';
import { jsonObject } from './emit-object.js';
import { holdIndexes } from './index-guard.js';
import { orderSql, sortColumns, type SortColumn } from './order.js';
import { literalSize, pageSize, type PageSize } from './page-size.js';
import { whereSql, type RowSource } from './rows.js';
import { concatenation, sql, text, type Part } from './text-parts.js';

/** A page by Relay's rules: https://relay.dev/graphql/connections.htm#sec-Pagination-algorithm */
export function emitConnection(
  context: EmitContext,
  field: ManyField,
  site: FieldSite,
  parent: Row | undefined,
): readonly Part[] {
  const given = readArguments(site.definition, site.node, context.inputs);
  const selected = collect(context, `${field.target}Connection`, site.nodes);
  if (!selected.some(({ name }) => ['edges', 'nodes', 'pageInfo'].includes(name))) {
    return jsonObject(selected.map((item) => [item.key, outside(context, field, site, parent, given, item)]));
  }
  const source = narrowed(context, field, site, parent, given);
  const order = sortColumns(context, source.row, field, given.get('orderBy'));
  if (!parent) holdIndexes(context, source.row, given, order, site.node, field.where);
  const page = pageOf(context, site, source, order, given, whatPageInfoNeeds(context, selected));
  const columns = new Columns();
  const inner = deeper(context, site.node);
  const fields = selected.map((item): readonly [string, readonly Part[]] => {
    if (item.name === 'edges') {
      const edge = concatenation(emitEdge(inner, field, source, order, item));
      return [item.key, page.list(columns.add(edge))];
    }
    if (item.name === 'nodes') {
      const node = concatenation(
        context.emitRow(deeper(inner, site.node), field.target, item.nodes, source.row),
      );
      return [item.key, page.list(columns.add(node))];
    }
    if (item.name === 'pageInfo') {
      const cursor = (): string => columns.add(cursorSql(context, source.row, order));
      return [item.key, emitPageInfo(context, item, page, cursor)];
    }
    return [item.key, outside(context, field, site, parent, given, item)];
  });
  const whole = concatenation(jsonObject(fields));
  // one row even when no aggregate is asked for
  return [sql(`(select ${whole} from ${page.rows(columns.list)} having true)`)];
}

interface PageNeeds {
  /** One row more than the page holds tells whether there is another page. */
  readonly peeking: boolean;
  /** The first and last row are told apart by number. */
  readonly numbered: boolean;
}

function whatPageInfoNeeds(context: EmitContext, selected: readonly Selected[]): PageNeeds {
  const names = selected
    .filter(({ name }) => name === 'pageInfo')
    .flatMap((item) => collect(context, 'PageInfo', item.nodes))
    .map(({ name }) => name);
  return {
    peeking: names.some((name) => name === 'hasNextPage' || name === 'hasPreviousPage'),
    numbered: names.some((name) => name === 'startCursor' || name === 'endCursor'),
  };
}

/** What needs no page: `__typename` and `totalCount`. */
function outside(
  context: EmitContext,
  field: ManyField,
  site: FieldSite,
  parent: Row | undefined,
  given: ReadonlyMap<string, Argument>,
  item: Selected,
): readonly Part[] {
  if (item.name !== 'totalCount') return [text(`"${field.target}Connection"`)];
  const all = narrowed(context, field, site, parent, given);
  if (!parent) holdIndexes(context, all.row, given, undefined, site.node, field.where);
  return [sql(`(select count(*) from ${all.from}${whereSql(all.where)})::text`)];
}

function emitEdge(
  context: EmitContext,
  field: ManyField,
  source: RowSource,
  order: readonly SortColumn[],
  edges: Selected,
): readonly Part[] {
  return jsonObject(
    collect(context, `${field.target}Edge`, edges.nodes).map(({ key, name, nodes, site }) => {
      if (name === 'cursor') return [key, [text('"'), sql(cursorSql(context, source.row, order)), text('"')]];
      if (name !== 'node' || !site) return [key, [text(`"${field.target}Edge"`)]];
      return [key, context.emitRow(deeper(context, site.node), field.target, nodes, source.row)];
    }),
  );
}

/** Columns of the page's subselect, each once. */
class Columns {
  readonly list: string[] = [];

  /** The name under which the outer select finds the expression. */
  add(expression: string): string {
    const known = this.list.indexOf(expression);
    return `e${known >= 0 ? known : this.list.push(expression) - 1}`;
  }
}

interface Page {
  /** The visible values of a column, as a JSON array. */
  list(this: void, column: string): readonly Part[];
  /** FROM of the outer select. */
  rows(this: void, columns: readonly string[]): string;
  readonly first: PageSize | undefined;
  readonly last: PageSize | undefined;
  /** The condition of a row to be on the page. */
  visible(this: void): string;
}

function pageOf(
  context: EmitContext,
  site: FieldSite,
  source: RowSource,
  order: readonly SortColumn[],
  given: ReadonlyMap<string, Argument>,
  needs: PageNeeds,
): Page {
  const last = pageSize(context, given.get('last'), 'last', site.node);
  const asked = pageSize(context, given.get('first'), 'first', site.node);
  const first = asked ?? (last ? undefined : literalSize(context.settings.defaultPageSize));
  const where = [...source.where];
  for (const side of ['after', 'before'] as const) {
    const cursor = given.get(side);
    if (cursor?.kind === 'leaf') where.push(cursorCondition(context, source.row, order, cursor.read, side));
  }
  const backwards = first === undefined;
  const size = first ?? last ?? literalSize(context.settings.defaultPageSize);
  const tail = first === undefined ? undefined : last;
  const both = tail !== undefined;
  const { peeking } = needs;
  const numbered = needs.numbered || backwards || both || peeking || !size.isExact;
  const visible = (): string => {
    const within = `n<=${size.exact}`;
    return tail ? `${within} and n>least(m,${size.exact})-${tail.exact}` : within;
  };
  return {
    first,
    last,
    list: (column) => {
      // said wherever rows are numbered: another aggregate's order would be taken for this one's too
      const ordered = numbered ? ` order by n${backwards ? ' desc' : ''}` : '';
      const filter = peeking || !size.isExact || both ? ` filter (where ${visible()})` : '';
      return [text('['), sql(`coalesce(string_agg(${column},','${ordered})${filter},'')`), text(']')];
    },
    visible,
    rows: (columns) => {
      const named = columns.map((expression, index) => `${expression} as e${index}`);
      const limit = size.limit + (peeking || !size.isExact ? 1 : 0);
      const rows = `select ${named.length > 0 ? named.join(',') : '1'} from ${source.from}${whereSql(where)} order by ${orderSql(order, source.row.alias, backwards)} limit ${limit}`;
      if (!numbered) return `(${rows}) q`;
      return `(select *,row_number() over () as n${both ? ',count(*) over () as m' : ''} from (${rows}) r) q`;
    },
  };
}

function emitPageInfo(
  context: EmitContext,
  item: Selected,
  page: Page,
  cursor: () => string,
): readonly Part[] {
  const edge = (end: 'min' | 'max'): Part => {
    const column = cursor();
    const order = end === 'min' ? 'n' : 'n desc';
    const isBackwards = page.first === undefined;
    const direction = isBackwards ? (end === 'min' ? 'n desc' : 'n') : order;
    return sql(
      `coalesce('"'||(array_agg(${column} order by ${direction}) filter (where ${page.visible()}))[1]||'"','null')`,
    );
  };
  return jsonObject(
    collect(context, 'PageInfo', item.nodes).map(({ key, name }) => {
      if (name === 'hasNextPage') return [key, [page.first ? more(page.first) : text('false')]];
      if (name === 'hasPreviousPage') {
        if (!page.last) return [key, [text('false')]];
        if (!page.first) return [key, [more(page.last)]];
        return [key, [sql(`(least(count(*),${page.first.exact})>${page.last.exact})::text`)]];
      }
      if (name === 'startCursor') return [key, [edge('min')]];
      if (name === 'endCursor') return [key, [edge('max')]];
      return [key, [text('"PageInfo"')]];
    }),
  );
}

const more = (size: PageSize): Part => sql(`(count(*)>${size.exact})::text`);
