import type { BoundColumn, BoundRelation } from './bound-schema.js';
import { quoteName } from './names.js';

/** The tables whose rows a subscription is told of one by one. */
export const eventModels: readonly string[] = ['thau.generations', 'thau.runs'];

/**
 * thau's own tables as relations that SDL can bind to, `@relation(model: "thau.runs", …)`: run history, generations,
 * schedules, and what the current generation's artifacts say of models, columns and metrics. They change at any time, so
 * plans over them are never cached.
 */
export function systemRelations(stateSchema: string): Map<string, BoundRelation> {
  const state = quoteName(stateSchema);
  const artifact = (kind: string): string =>
    `from ${state}.artifacts a, ${state}.pointer p, jsonb_array_elements(a.content) e where a.generation = p.generation and a.kind = '${kind}'`;
  const inArtifact = (kind: string, path: string): string =>
    artifact(kind).replace('a.content)', `a.content -> '${path}')`);
  // "source.shop.crm.contacts" is called crm.contacts
  const shortName = (id: string): string => `regexp_replace(${id}, '^[a-z_]+[.][^.]+[.]', '')`;
  const dependsOn = `array(select ${shortName("d #>> '{}'")} from ${state}.artifacts m, jsonb_path_query(m.content, '$.nodes[*] ? (@.unique_id == $id).depends_on[*]', jsonb_build_object('id', e -> 'nodeId')) d where m.generation = p.generation and m.kind = 'manifest' order by 1)`;
  const derivedFrom = `array(select ${shortName('f ->> 0')} || '.' || (f ->> 1) from ${state}.artifacts l, jsonb_array_elements(l.content -> (e ->> 'nodeId') -> (c ->> 'name')) f where l.generation = p.generation and l.kind = 'lineage' order by 1)`;
  // of the models a metric is computed from
  const oldestOf = (column: string): string =>
    `(select min(${column}) from ${state}.artifacts c, jsonb_path_query(c.content, '$.relations[*] ? (@.model == $models[*])', jsonb_build_object('models', e -> 'models')) r join ${state}.mapping m on m.node_id = r ->> 'nodeId' left join ${state}.generations g on g.run_id = m.built_by where c.generation = p.generation and c.kind = 'catalog' and m.generation = p.generation)`;
  const upstream = `array(with recursive edges as materialized (select n ->> 'unique_id' as id, n ->> 'name' as name, n ->> 'resource_type' as type, d #>> '{}' as above from ${state}.artifacts g join ${state}.pointer o using (generation), jsonb_path_query(g.content, '$.nodes[*]') n left join lateral jsonb_path_query(n, '$.depends_on[*]') d on true where g.kind = 'manifest'), up as (select id from edges where type in ('model', 'seed', 'snapshot') and name in (select jsonb_array_elements_text(e -> 'models')) union select edges.above from up join edges on edges.id = up.id where edges.above is not null) select ${shortName('id')} from up order by 1)`;
  const relations = [
    relation('thau.runs', `${state}.runs`, ['run_id'], {
      run_id: 'bigint!',
      trigger: 'text!',
      command: 'text!',
      state: 'text!',
      args: 'jsonb!',
      target: 'text!',
      host: 'text!',
      pid: 'integer!',
      started_at: 'timestamp with time zone!',
      finished_at: 'timestamp with time zone',
      generation: 'bigint',
      error: 'jsonb',
      summary: 'jsonb',
    }),
    relation('thau.run_nodes', `${state}.run_nodes`, ['run_id', 'node_id'], {
      run_id: 'bigint!',
      node_id: 'text!',
      resource_type: 'text!',
      name: 'text!',
      status: 'text!',
      relation: 'text',
      started_at: 'timestamp with time zone',
      finished_at: 'timestamp with time zone',
      seconds: 'double precision',
      rows_affected: 'bigint',
      failures: 'bigint',
      message: 'text',
      error: 'jsonb',
    }),
    relation('thau.generations', `${state}.generations`, ['generation'], {
      generation: 'bigint!',
      run_id: 'bigint!',
      published_at: 'timestamp with time zone!',
      retired_at: 'timestamp with time zone',
    }),
    relation(
      'thau.current_generation',
      `(select g.* from ${state}.generations g join ${state}.pointer p using (generation))`,
      ['generation'],
      {
        generation: 'bigint!',
        run_id: 'bigint!',
        published_at: 'timestamp with time zone!',
      },
    ),
    relation('thau.schedules', `${state}.schedules`, ['name'], {
      name: 'text!',
      cron: 'text',
      on_source_change: 'boolean!',
      timezone: 'text!',
      selection: 'jsonb!',
      enabled: 'boolean!',
      next_run_at: 'timestamp with time zone',
      last_due_at: 'timestamp with time zone',
      last_run_id: 'bigint',
    }),
    relation('thau.requests', `${state}.requests`, ['request_id'], {
      request_id: 'bigint!',
      kind: 'text!',
      args: 'jsonb!',
      requested_by: 'text!',
      requested_at: 'timestamp with time zone!',
      state: 'text!',
      run_id: 'bigint',
      answer: 'jsonb',
    }),
    relation('thau.segment_rules', `${state}.segment_rules`, ['segment_id'], {
      segment_id: 'text!',
      name: 'text!',
      name_vi: 'text',
      description: 'text',
      purpose: 'text!',
      contact_channel: 'text!',
      rule: 'jsonb!',
      author: 'text!',
      role: 'text!',
      fault: 'text',
      created_at: 'timestamp with time zone!',
      updated_at: 'timestamp with time zone!',
    }),
    relation(
      'thau.sources',
      `(select s.id as source_id, split_part(s.id, '.', 3) as source_name, ${shortName('s.id')} as name, replace(f.status, ' ', '_') as status, f.newest_at, f.checked_at, f.age, extract(epoch from f.warn_after)::double precision as warn_after, extract(epoch from f.error_after)::double precision as error_after, f.message, s.read_by from (select d #>> '{}' as id, array_agg(distinct n ->> 'name' order by n ->> 'name') as read_by from ${state}.artifacts a join ${state}.pointer p using (generation), jsonb_path_query(a.content, '$.nodes[*]') n, jsonb_path_query(n, '$.depends_on[*]') d where a.kind = 'manifest' and d #>> '{}' like 'source.%' group by 1) s left join ${state}.source_freshness f on f.source_id = s.id)`,
      ['name'],
      {
        source_id: 'text!',
        source_name: 'text!',
        name: 'text!',
        status: 'text',
        newest_at: 'timestamp with time zone',
        checked_at: 'timestamp with time zone',
        age: 'double precision',
        warn_after: 'double precision',
        error_after: 'double precision',
        message: 'text',
        read_by: 'text[]!',
      },
    ),
    relation(
      'thau.models',
      `(select e ->> 'model' as name, e ->> 'nodeId' as node_id, e ->> 'description' as description, m.schema_name, m.name as alias, (e ->> 'estimatedRows')::double precision as estimated_rows, m.built_by, g.published_at as built_at, m.stale_since, ${dependsOn} as depends_on ${inArtifact(
        'catalog',
        'relations',
      ).replace(
        ' where ',
        ` join ${state}.mapping m on m.node_id = e ->> 'nodeId' left join ${state}.generations g on g.run_id = m.built_by where m.generation = p.generation and `,
      )})`,
      ['name'],
      {
        name: 'text!',
        node_id: 'text!',
        description: 'text',
        schema_name: 'text!',
        alias: 'text!',
        estimated_rows: 'double precision',
        built_by: 'bigint!',
        built_at: 'timestamp with time zone',
        stale_since: 'timestamp with time zone',
        depends_on: 'text[]!',
      },
    ),
    relation(
      'thau.columns',
      `(select e ->> 'model' as model, c ->> 'name' as name, c ->> 'type' as type, c ->> 'description' as description, (c ->> 'notNull')::boolean as not_null, position::integer as position, ${derivedFrom} as derived_from ${inArtifact(
        'catalog',
        'relations',
      ).replace(
        ' where ',
        ` cross join jsonb_array_elements(e -> 'columns') with ordinality as cols (c, position) where `,
      )})`,
      ['model', 'name'],
      {
        model: 'text!',
        name: 'text!',
        type: 'text!',
        description: 'text',
        not_null: 'boolean!',
        position: 'integer!',
        derived_from: 'text[]!',
      },
    ),
    relation(
      'thau.lineage',
      `(select ${shortName('n.key')} as model, c.key as column_name, ${shortName('f ->> 0')} as from_model, f ->> 1 as from_column from ${state}.artifacts a join ${state}.pointer p using (generation), jsonb_each(a.content) n, jsonb_each(n.value) c, jsonb_array_elements(c.value) f where a.kind = 'lineage')`,
      ['model', 'column_name', 'from_model', 'from_column'],
      { model: 'text!', column_name: 'text!', from_model: 'text!', from_column: 'text!' },
    ),
    relation(
      'thau.tests',
      `(select distinct on (n.node_id) n.node_id, n.name, n.status, n.failures, n.message, n.finished_at as tested_at, n.run_id from ${state}.run_nodes n where n.resource_type in ('test', 'unit_test') and n.status not in ('carried', 'skipped') order by n.node_id, n.run_id desc)`,
      ['node_id'],
      {
        node_id: 'text!',
        name: 'text!',
        status: 'text!',
        failures: 'bigint',
        message: 'text',
        tested_at: 'timestamp with time zone',
        run_id: 'bigint!',
      },
    ),
    relation(
      'thau.metrics',
      `(select e ->> 'name' as name, e ->> 'label' as label, e ->> 'description' as description, e ->> 'type' as type, e ->> 'formula' as formula, e ->> 'unit' as unit, e ->> 'interval' as interval_method, e ->> 'window' as window, e ->> 'leftOut' as left_out, e ->> 'owner' as owner, e ->> 'source' as source, e ->> 'model' as model, e ->> 'sql' as sql, array(select jsonb_array_elements_text(e -> 'grains')) as grains, array(select jsonb_array_elements_text(e -> 'dimensions')) as dimensions, array(select jsonb_array_elements_text(e -> 'inputs')) as inputs, ${oldestOf('g.published_at')} as built_at, ${oldestOf('m.stale_since')} as stale_since, ${upstream} as lineage ${inArtifact('metrics', 'catalog')})`,
      ['name'],
      {
        name: 'text!',
        label: 'text',
        description: 'text',
        type: 'text!',
        formula: 'text!',
        unit: 'text',
        interval_method: 'text',
        window: 'text',
        left_out: 'text',
        owner: 'text',
        source: 'text',
        model: 'text',
        sql: 'text',
        grains: 'text[]!',
        dimensions: 'text[]!',
        inputs: 'text[]!',
        built_at: 'timestamp with time zone',
        stale_since: 'timestamp with time zone',
        lineage: 'text[]!',
      },
    ),
  ];
  return new Map(relations.map((item) => [item.model, item]));
}

/** `columns` by name: PostgreSQL's type, with "!" where there is always a value. */
function relation(
  model: string,
  from: string,
  key: readonly string[],
  columns: Readonly<Record<string, string>>,
): BoundRelation {
  return {
    model,
    from,
    published: false,
    columns: Object.fromEntries(
      Object.entries(columns).map(([name, type]): [string, BoundColumn] => [
        name,
        { name, type: type.replace('!', ''), notNull: type.endsWith('!') },
      ]),
    ),
    unique: [key],
    indexes: [key],
    estimatedRows: -1,
  };
}
