import type { Place } from '../../errors/thau-error.js';
import { Capture } from '../context/capture.js';
import type { DeclaredNode, ManifestNode } from '../manifest.js';
import type { Entry } from '../properties/properties.js';
import { metricKeys } from '../properties/known-keys.js';
import { checkKeys } from '../yaml/check-keys.js';
import { Expect } from '../yaml/expect.js';
import { inputMetrics } from './parse-declarations.js';
import type { Session } from './session.js';

/**
 * A model that says `semantic_model: true` and its `metrics:`, dbt's newest way, as nodes beside it. The semantic
 * model keeps the model's properties as written: src/semantic reads dimensions and grains from them.
 */
export function modelSemantics(model: ManifestNode, entry: Entry, session: Session): void {
  const { raw, yaml, packageName } = entry;
  const declared = raw['semantic_model'];
  const enabled = declared === true || (Expect.isMapping(declared) && declared['enabled'] !== false);
  if (!enabled) return;
  const name =
    Expect.isMapping(declared) && typeof declared['name'] === 'string' ? declared['name'] : model.name;
  const settings = session.packages.get(packageName) ?? session.root;
  const at = yaml.at(raw, 'semantic_model');
  const add = (node: DeclaredNode, place: Place): void => {
    session.taken.set(node.unique_id, place);
    session.declared.push({ node, capture: captureOf(node), package: settings });
  };
  const common = { package_name: packageName, path: entry.path, original_file_path: entry.path };
  add(
    {
      ...common,
      unique_id: `semantic_model.${packageName}.${name}`,
      resource_type: 'semantic_model',
      name,
      fqn: [packageName, ...entry.folders, name],
      description: model.description,
      model: `ref('${model.name}')`,
      model_name: model.name,
      defaults: { agg_time_dimension: raw['agg_time_dimension'] ?? null },
      primary_entity: raw['primary_entity'] ?? null,
      properties: raw,
      depends_on: { nodes: [model.unique_id], macros: [] },
      config: { enabled: true, tags: [], meta: {} },
      declared_at: at,
    },
    at,
  );
  const expect = new Expect(yaml);
  for (const metric of expect.mappings(raw, 'metrics', `the metrics of model "${model.name}"`)) {
    session.problems.attempt(() => {
      const metricName = expect.text(metric, 'name', `the name of a metric of model "${model.name}"`);
      checkKeys(yaml, metric, { owner: `metric "${metricName}"`, allowed: metricKeys }, session.problems);
      const id = `metric.${packageName}.${metricName}`;
      const place = yaml.at(metric, 'name');
      if (session.taken.has(id))
        throw expect.fault(metric, 'name', `two metrics have the name "${metricName}"`);
      const { config, ...rest } = metric;
      add(
        {
          ...rest,
          ...common,
          unique_id: id,
          resource_type: 'metric',
          name: metricName,
          fqn: [packageName, ...entry.folders, metricName],
          description: expect.optionalText(metric, 'description', 'a description') ?? '',
          model_name: model.name,
          depends_on: {
            nodes:
              metric['type'] === 'simple' || metric['type'] === undefined
                ? [`semantic_model.${packageName}.${name}`]
                : [],
            macros: [],
          },
          metrics: inputMetrics(metric).map((input) => [input]),
          config: { enabled: true, tags: [], meta: {}, ...(Expect.isMapping(config) ? config : {}) },
          declared_at: place,
        },
        place,
      );
    });
  }
}

function captureOf(node: DeclaredNode): Capture {
  const capture = new Capture();
  capture.metrics.push(...((node['metrics'] as string[][] | undefined) ?? []));
  return capture;
}
