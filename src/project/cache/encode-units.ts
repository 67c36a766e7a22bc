import { ThauError, type Place } from '../../errors/thau-error.js';
import type { Code } from '../../errors/codes.js';
import { Capture } from '../context/capture.js';
import type { DeclaredNode, ManifestNode, NodeConfig, RefArgs, SourceNode } from '../manifest.js';
import type { PatchKind } from '../properties/properties.js';
import type { ConfigValues } from '../settings/merge-config.js';
import type { ProjectSettings } from '../settings/project-settings.js';
import type { Unit } from './effects.js';
import { NodeShapes, ShapedNodes, type NodeRow, type NodeShape, type PlainNode } from './node-shapes.js';
import { isPlainData } from './plain-data.js';

/** A node whose config, tags, meta, refs and sources are kept elsewhere; their keys hold its place in the order. */
type SlimNode = PlainNode;

interface EncodedCapture {
  readonly r: readonly (readonly [RefArgs, Place])[];
  readonly s: readonly (readonly [readonly [string, string], Place])[];
  readonly m: readonly (readonly string[])[];
}

/** A unit as it stands in the cache file. What is empty is left out, since there are tens of thousands. */
interface EncodedUnit {
  readonly f: readonly number[];
  readonly p?: readonly (readonly [PatchKind, string, string, string | null])[];
  readonly o?: Unit['docs'];
  /** Drafts: node, capture, package. */
  readonly d?: readonly (readonly [NodeRow, EncodedCapture, string])[];
  readonly x?: readonly NodeRow[];
  readonly s?: readonly SourceNode[];
  readonly xs?: readonly SourceNode[];
  readonly n?: readonly (readonly [DeclaredNode, EncodedCapture, string])[];
  readonly t?: readonly (readonly [string, Place])[];
  readonly w?: readonly EncodedWarning[];
  readonly v?: unknown;
}

interface EncodedWarning {
  readonly code: Code;
  readonly message: string;
  readonly at?: Place | undefined;
  readonly hint?: string | undefined;
  readonly excerpt?: string | undefined;
  readonly notes: readonly string[];
}

export interface EncodedUnits {
  readonly files: readonly string[];
  /** Each distinct config once: thousands of tests have the same. */
  readonly configs: readonly ConfigValues[];
  readonly shapes: readonly NodeShape[];
  readonly units: Readonly<Record<string, EncodedUnit>>;
}

/** Units as plain data. Those that JSON cannot say in full are left out and will be parsed anew. */
export function encodeUnits(units: ReadonlyMap<string, Unit>): EncodedUnits {
  const encoder = new Encoder();
  const encoded: Record<string, EncodedUnit> = {};
  for (const [id, unit] of units) {
    const one = encoder.unit(unit);
    if (one !== undefined) encoded[id] = one;
  }
  return {
    files: [...encoder.files.keys()],
    configs: encoder.configs,
    shapes: encoder.shapes.finish(),
    units: encoded,
  };
}

class Encoder {
  readonly files = new Map<string, number>();
  readonly configs: ConfigValues[] = [];
  readonly shapes = new NodeShapes();
  readonly #configs = new Map<object | string, number>();

  unit({ files, patches, docs, effects }: Unit): EncodedUnit | undefined {
    const { sources, disabledSources, taken, warnings, value } = effects;
    if (![sources, disabledSources, value ?? null].every(isPlainData)) return undefined;
    const drafts: (readonly [NodeRow, EncodedCapture, string])[] = [];
    for (const { node, capture, package: settings } of effects.drafts) {
      const slim = this.#node(node, capture);
      if (slim === undefined) return undefined;
      drafts.push([this.shapes.add(slim), encodeCapture(capture), settings.name]);
    }
    const disabled: NodeRow[] = [];
    for (const node of effects.disabled) {
      const slim = this.#node(node, undefined);
      if (slim === undefined) return undefined;
      disabled.push(this.shapes.add(slim));
    }
    if (!effects.declared.every(({ node }) => isPlainData(node))) return undefined;
    const declared = effects.declared.map(
      ({ node, capture, package: settings }) => [node, encodeCapture(capture), settings.name] as const,
    );
    return {
      f: files.map((file) => this.#file(file)),
      ...(patches.length > 0 && { p: patches }),
      ...(docs.length > 0 && { o: docs }),
      ...(drafts.length > 0 && { d: drafts }),
      ...(disabled.length > 0 && { x: disabled }),
      ...(sources.length > 0 && { s: sources }),
      ...(disabledSources.length > 0 && { xs: disabledSources }),
      ...(declared.length > 0 && { n: declared }),
      ...(taken.length > 0 && { t: taken }),
      ...(warnings.length > 0 && { w: warnings.map(encodeWarning) }),
      ...(value !== undefined && { v: value }),
    };
  }

  #file(shown: string): number {
    let index = this.files.get(shown);
    if (index === undefined) this.files.set(shown, (index = this.files.size));
    return index;
  }

  #node(node: ManifestNode, capture: Capture | undefined): SlimNode | undefined {
    const config = this.#config(node.config);
    if (config === undefined) return undefined;
    const slim: SlimNode = { ...node, config, depends_on: { nodes: [], macros: node.depends_on.macros } };
    if (node.tags === node.config.tags) slim['tags'] = 0;
    if (node.meta === node.config.meta) slim['meta'] = 0;
    if (capture !== undefined) {
      slim['refs'] = 0;
      slim['sources'] = 0;
    }
    if (node.unrendered_config !== undefined) {
      const written = this.#config(node.unrendered_config);
      if (written === undefined) return undefined;
      slim['unrendered_config'] = written;
    }
    return isPlainData(slim) ? slim : undefined;
  }

  #config(config: ConfigValues): number | undefined {
    let index = this.#configs.get(config);
    if (index !== undefined) return index;
    if (!isPlainData(config)) return undefined;
    const text = JSON.stringify(config);
    index = this.#configs.get(text);
    if (index === undefined) {
      index = this.configs.push(config) - 1;
      this.#configs.set(text, index);
    }
    this.#configs.set(config, index);
    return index;
  }
}

function encodeCapture({ refs, sources, metrics }: Capture): EncodedCapture {
  return {
    r: refs.map(({ ref, at }) => [ref, at]),
    s: sources.map(({ source, at }) => [source, at]),
    m: metrics,
  };
}

function encodeWarning({ code, message, at, hint, excerpt, notes }: ThauError): EncodedWarning {
  return { code, message, at, hint, excerpt, notes };
}

/** The units of a cache file, for a project with these packages; throws when they have another shape. */
export function decodeUnits(
  { files, configs, shapes, units }: EncodedUnits,
  packages: ReadonlyMap<string, ProjectSettings>,
): Map<string, Unit> {
  const nodes = new ShapedNodes(shapes);
  const nodeOf = (slim: SlimNode): ManifestNode => {
    const config = needed(configs[slim['config'] as number]) as NodeConfig;
    slim['config'] = config;
    const written = slim['unrendered_config'];
    if (written !== undefined) slim['unrendered_config'] = needed(configs[written as number]);
    if (slim['tags'] === 0) slim['tags'] = config.tags;
    if (slim['meta'] === 0) slim['meta'] = config.meta;
    return slim as unknown as ManifestNode;
  };
  const settingsOf = (name: string): ProjectSettings => needed(packages.get(name));
  const decode = (one: EncodedUnit): Unit => ({
    files: one.f.map((index) => needed(files[index])),
    patches: one.p ?? [],
    docs: one.o ?? [],
    effects: {
      drafts: (one.d ?? []).map(([row, encoded, name]) => {
        const slim = nodes.node(row);
        const capture = decodeCapture(encoded);
        slim['refs'] = capture.refs.map(({ ref }) => ref);
        slim['sources'] = capture.sources.map(({ source }) => source);
        return { node: nodeOf(slim), capture, package: settingsOf(name) };
      }),
      disabled: (one.x ?? []).map((row) => nodeOf(nodes.node(row))),
      sources: one.s ?? [],
      disabledSources: one.xs ?? [],
      declared: (one.n ?? []).map(([node, encoded, name]) => ({
        node,
        capture: decodeCapture(encoded),
        package: settingsOf(name),
      })),
      taken: one.t ?? [],
      warnings: (one.w ?? []).map(decodeWarning),
      value: one.v,
    },
  });
  return new Map(Object.entries(units).map(([id, one]) => [id, decode(one)]));
}

function needed<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('the parse cache is not whole');
  return value;
}

function decodeCapture({ r, s, m }: EncodedCapture): Capture {
  const capture = new Capture();
  for (const [ref, at] of r) capture.refs.push({ ref, at });
  for (const [source, at] of s) capture.sources.push({ source, at });
  for (const metric of m) capture.metrics.push(metric);
  return capture;
}

function decodeWarning({ code, message, ...details }: EncodedWarning): ThauError {
  const { at, hint, excerpt, notes } = details;
  return new ThauError(code, message, {
    notes,
    ...(at && { at }),
    ...(hint !== undefined && { hint }),
    ...(excerpt !== undefined && { excerpt }),
  });
}
