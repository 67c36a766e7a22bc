import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { RelationName } from '../../src/project/context/database-adapter.js';
import type { Manifest } from '../../src/project/manifest.js';
import { ProjectRenderer } from '../../src/project/renderer.js';
import { faultsOf, parseFiles, type Files } from './support/project-folder.js';
import { context } from './support/quiet-run.js';

/** One small project and what must come of it. */
interface Case {
  readonly name: string;
  readonly files?: Files;
  readonly vars?: Readonly<Record<string, unknown>>;
  /** Parts of nodes, sources and the like, by unique id. */
  readonly nodes?: Readonly<Record<string, object>>;
  readonly absent?: readonly string[];
  /** Parts of the errors, in order. */
  readonly errors?: readonly object[];
  readonly warnings?: readonly object[];
  /** A model's template, and the text it is while it runs: what dbt 1.11 compiles, whatever the database answers. */
  readonly renders?: string;
  readonly gives?: string;
  readonly macros?: string;
  /** `any` where our own macros and dbt's write the same SQL with other spaces between its words. */
  readonly spaces?: 'any';
}

const folder = join(import.meta.dirname, 'cases');

for (const file of readdirSync(folder).sort()) {
  const cases = parse(readFileSync(join(folder, file), 'utf8'), { maxAliasCount: 1000 }) as readonly Case[];
  describe(file.replace(/\.yml$/, '').replaceAll('-', ' '), () => {
    test.each(cases.map((one) => [one.name, one] as const))('%s', async (_, one) => {
      if (one.renders !== undefined) {
        const given = await compiled(one);
        expect(one.spaces === 'any' ? squeezed(given) : given).toBe(
          one.spaces === 'any' ? squeezed(one.gives ?? '') : one.gives,
        );
        return;
      }
      const environment = one.vars === undefined ? {} : { vars: one.vars };
      if (one.errors !== undefined) {
        const faults = faultsOf(one.files ?? {}, environment).map(({ code, message, hint, at, notes }) => ({
          code,
          message,
          hint,
          at,
          notes,
        }));
        expect(faults).toMatchObject(one.errors);
        for (const fault of faults) expect(fault.hint, 'a hint').toBeTruthy();
        return;
      }
      const { manifest, warnings } = parseFiles(one.files ?? {}, environment);
      const all: Record<string, unknown> = {
        ...manifest.nodes,
        ...manifest.sources,
        ...manifest.exposures,
        ...manifest.metrics,
        ...manifest.semantic_models,
        ...manifest.saved_queries,
        ...manifest.unit_tests,
        ...manifest.groups,
        ...manifest.macros,
        ...manifest.docs,
      };
      for (const [id, part] of Object.entries(one.nodes ?? {})) {
        expect(Object.keys(all)).toContain(id);
        expect(all[id]).toMatchObject(part);
      }
      for (const id of one.absent ?? []) expect(Object.keys(all)).not.toContain(id);
      if (one.warnings !== undefined) expect(warnings).toMatchObject(one.warnings);
    });
  });
}

/** What stands around a template that is rendered: a model, its child, an ephemeral model, a source and a seed. */
const around: Files = {
  'models/base.sql': 'select 1 as id',
  'models/child.sql': "select * from {{ ref('base') }} join {{ source('crm', 'people') }} using (id)",
  'models/brief.sql': "{{ config(materialized='ephemeral') }}select 2 as id",
  'models/s.yml': 'sources: [{name: crm, tables: [{name: people}]}]\n',
  'seeds/rates.csv': 'id,rate\n1,2\n',
};

async function compiled({ renders = '', macros, files }: Case): Promise<string> {
  const project = parseFiles({
    ...around,
    ...files,
    'models/a.sql': renders,
    ...(macros !== undefined && { 'macros/m.sql': macros }),
  });
  const node = project.manifest.nodes['model.shop.a'];
  if (node === undefined) throw new Error('the template is no model');
  const run = context({ relationOf: (id) => standing(project.manifest, id) });
  return (await new ProjectRenderer(project).compile(node, run)).compiledCode;
}

function squeezed(sql: string): string {
  return sql
    .replace(/\s+/g, ' ')
    .replace(/ ?([(),]) ?/g, '$1')
    .trim();
}

/** The relation that readers know a node by. */
function standing({ nodes, sources }: Manifest, id: string): RelationName {
  const node = nodes[id];
  const source = sources[id];
  const { database, schema } = (node ?? source)!;
  return { database, schema, identifier: node?.alias ?? source?.identifier ?? '' };
}
