import { describeRelations, type RelationDescription } from '../../postgres/catalog.js';
import type { Queryable } from '../../postgres/queryable.js';
import type { Manifest } from '../../project/manifest.js';
import { readGeneration } from '../publish/generation.js';

export interface CatalogArtifactOptions {
  readonly database: Queryable;
  /** thau's own schema, quoted. */
  readonly state: string;
  readonly databaseName: string;
  readonly manifest: Manifest;
  /** Nodes and sources to describe; all unless given. Nothing is asked of the database where there are none. */
  readonly ids?: ReadonlySet<string>;
  /** The version that wrote it. */
  readonly thauVersion: string;
}

/** A relation of the catalog: where it is to be found, and what physically stands for it. */
interface Wanted {
  readonly id: string;
  readonly shown: { readonly schema: string; readonly name: string };
  readonly place: { readonly schema: string; readonly name: string };
}

/** dbt's `catalog.json`, v1: https://schemas.getdbt.com/dbt/catalog/v1.json; what is published, under its stable names. */
export async function catalogArtifact(options: CatalogArtifactOptions): Promise<Record<string, unknown>> {
  const { manifest, ids } = options;
  const wanted = ids?.size === 0 ? [] : await wantedRelations(options);
  const chosen = wanted.filter(({ id }) => ids === undefined || ids.has(id));
  const described = chosen.length === 0 ? [] : await describeRelations(options.database, places(chosen));
  const byPlace = new Map(described.map((one) => [key(one), one]));
  const table = (isSource: boolean): Record<string, unknown> =>
    Object.fromEntries(
      chosen
        .filter(({ id }) => (manifest.sources[id] !== undefined) === isSource)
        .flatMap((one) => {
          const found = byPlace.get(key(one.place));
          return found ? [[one.id, entry(one, found, options.databaseName)] as const] : [];
        }),
    );
  return {
    metadata: {
      dbt_schema_version: 'https://schemas.getdbt.com/dbt/catalog/v1.json',
      dbt_version: `thau ${options.thauVersion}`,
      generated_at: new Date().toISOString(),
      invocation_id: manifest.metadata.invocation_id,
      invocation_started_at: null,
      env: {},
    },
    nodes: table(false),
    sources: table(true),
    errors: null,
  };
}

async function wantedRelations({ database, state, manifest }: CatalogArtifactOptions): Promise<Wanted[]> {
  const current = await readGeneration(database, state);
  const mapped = [...current.nodes.values()].map(({ nodeId, schema, name, relation }) => ({
    id: nodeId,
    shown: { schema, name },
    place: { schema: relation.schema, name: relation.name },
  }));
  const sources = Object.values(manifest.sources).map(({ unique_id: id, schema, identifier }) => ({
    id,
    shown: { schema, name: identifier },
    place: { schema, name: identifier },
  }));
  return [...mapped.filter(({ id }) => manifest.nodes[id] !== undefined), ...sources];
}

/** Two sources may name one relation. */
function places(wanted: readonly Wanted[]): Wanted['place'][] {
  return [...new Map(wanted.map(({ place }) => [key(place), place])).values()];
}

const types: Readonly<Record<string, string>> = {
  table: 'BASE TABLE',
  'partitioned table': 'BASE TABLE',
  view: 'VIEW',
  'materialized view': 'MATERIALIZED VIEW',
  'foreign table': 'FOREIGN TABLE',
};

function entry({ id, shown }: Wanted, found: RelationDescription, database: string): Record<string, unknown> {
  return {
    metadata: {
      type: types[found.kind] ?? found.kind,
      schema: shown.schema,
      name: shown.name,
      database,
      comment: found.description,
      owner: found.owner,
    },
    columns: Object.fromEntries(
      found.columns.map(({ name, type, description }, place) => [
        name,
        { type, index: place + 1, name, comment: description },
      ]),
    ),
    stats: {
      has_stats: {
        id: 'has_stats',
        label: 'Has Stats?',
        value: false,
        include: false,
        description: 'Indicates whether there are statistics for this table',
      },
    },
    unique_id: id,
  };
}

function key({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return JSON.stringify([schema, name]);
}
