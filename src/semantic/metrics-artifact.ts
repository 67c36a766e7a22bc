import type { ThauError } from '../errors/thau-error.js';
import { boundMetrics, type MetricsArtifact } from './bound-metrics.js';
import { isMeasured, measuredSources } from './measures.js';
import { readSemantics, type SemanticSource } from './read-semantics.js';
import { record, text } from './yaml-values.js';

/** What is read of the manifest: `semantic_models` keep their model's properties as written, metrics as they stand. */
export interface DeclaredSemantics {
  readonly semantic_models: Readonly<Record<string, DeclaredItem>>;
  readonly metrics: Readonly<Record<string, DeclaredItem>>;
}

export interface DeclaredItem {
  readonly original_file_path: string;
  readonly [key: string]: unknown;
}

/** The relations of a generation, by model; of the schema's catalog this much is needed. */
export interface TypedRelation {
  readonly model: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/**
 * The artifact of kind `metrics` that a publish hands the API. A semantic model whose relation is not published is left
 * out, with every metric that needs it. `left` tells what dbt's older YAML has that thau cannot compute.
 */
export function metricsArtifact(
  declared: DeclaredSemantics,
  relations: readonly TypedRelation[],
): {
  readonly artifact: MetricsArtifact;
  readonly errors: readonly ThauError[];
  readonly left: readonly ThauError[];
} {
  const byModel = new Map(relations.map((relation) => [relation.model, relation]));
  const sources: SemanticSource[] = [];
  for (const item of Object.values(declared.semantic_models)) {
    const model = text(item['model_name']);
    const relation = model === undefined ? undefined : byModel.get(model);
    if (model === undefined || relation === undefined) continue;
    sources.push({
      file: item.original_file_path,
      model,
      properties: record(item['properties']),
      columns: Object.fromEntries(
        relation.columns.map((column) => [column.name, column.type.replace(/\(\d+\)/, '')]),
      ),
    });
  }
  // metrics of a model stand in its properties; the others at the top of a file
  const alone = Object.values(declared.metrics).filter(
    (item) => item['model_name'] === undefined && !isMeasured(item),
  );
  for (const item of alone) {
    sources.push({ file: item.original_file_path, properties: { metrics: [item] }, columns: {} });
  }
  const older = measuredSources(declared, byModel);
  const names = new Set(Object.values(declared.metrics).map((item) => item['name']));
  const own = readSemantics(sources, names);
  // what dbt takes and thau cannot read of the older YAML is told, and no reason not to publish
  const both = older.sources.length === 0 ? own : readSemantics([...sources, ...older.sources], names);
  const faults = new Set(own.errors.map(({ message }) => message));
  return {
    artifact: boundMetrics(both.definitions),
    errors: own.errors,
    left: [...older.left, ...both.errors.filter(({ message }) => !faults.has(message))],
  };
}
