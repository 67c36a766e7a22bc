import { didYouMean } from '../../errors/suggest.js';
import { ThauError, type Place } from '../../errors/thau-error.js';
import type { Capture } from '../context/capture.js';
import type { DeclaredNode, ManifestNode, RefArgs, SourceNode } from '../manifest.js';
import type { Draft, Session } from './session.js';

/** What references can lead to. */
export class References {
  readonly #byName = new Map<string, ManifestNode[]>();
  readonly #disabled = new Map<string, ManifestNode[]>();
  readonly #sources = new Map<string, SourceNode[]>();
  readonly #disabledSources = new Set<string>();
  readonly #metrics = new Map<string, DeclaredNode>();
  readonly #groups = new Map<string, DeclaredNode>();

  constructor(readonly session: Session) {
    for (const { node } of session.drafts) if (isReferable(node)) push(this.#byName, node.name, node);
    for (const node of session.disabled) if (isReferable(node)) push(this.#disabled, node.name, node);
    for (const source of session.sources) push(this.#sources, `${source.source_name}.${source.name}`, source);
    for (const source of session.disabledSources)
      this.#disabledSources.add(`${source.source_name}.${source.name}`);
    for (const { node } of session.declared) {
      if (node.resource_type === 'metric') this.#metrics.set(node.name, node);
      if (node.resource_type === 'group') this.#groups.set(node.name, node);
    }
  }

  /** The node a `ref()` in a file of `from` means; throws when there is none. */
  ref(ref: RefArgs, from: string, at: Place): ManifestNode | 'disabled' {
    const candidates = this.#byName.get(ref.name) ?? [];
    const found = this.#inPackages(candidates, ref.package, from);
    const versioned = found.filter((node) => node.version !== null && node.version !== undefined);
    const chosen =
      versioned.length === 0
        ? found[0]
        : versioned.find((node) => String(node.version) === String(ref.version ?? node.latest_version));
    if (chosen !== undefined && (ref.version === null || versioned.length > 0)) return chosen;
    if (found.length === 0 && (this.#disabled.get(ref.name) ?? []).length > 0) return 'disabled';
    throw this.#unknownRef(ref, versioned, at);
  }

  /** The node's own package first, then the root project, then all. */
  #inPackages(candidates: readonly ManifestNode[], wanted: string | null, from: string): ManifestNode[] {
    if (wanted !== null) return candidates.filter((node) => node.package_name === wanted);
    for (const packageName of [from, this.session.root.name]) {
      const own = candidates.filter((node) => node.package_name === packageName);
      if (own.length > 0) return own;
    }
    return [...candidates];
  }

  source(name: string, table: string, from: string, at: Place): SourceNode | 'disabled' {
    const candidates = this.#sources.get(`${name}.${table}`) ?? [];
    const found =
      candidates.find((node) => node.package_name === from) ??
      candidates.find((node) => node.package_name === this.session.root.name) ??
      candidates[0];
    if (found !== undefined) return found;
    if (this.#disabledSources.has(`${name}.${table}`)) return 'disabled';
    const tables = [...this.#sources.values()].flat();
    const sameSource = tables.filter((node) => node.source_name === name);
    const hint =
      sameSource.length > 0
        ? (didYouMean(
            table,
            sameSource.map((node) => node.name),
          ) ?? `Declare the table under tables: of source "${name}".`)
        : (didYouMean(name, new Set(tables.map((node) => node.source_name))) ??
          `Declare the source "${name}" with its tables under sources:.`);
    throw new ThauError('PROJECT_UNKNOWN_SOURCE', `there is no source table "${name}.${table}"`, {
      at,
      hint,
    });
  }

  metric(name: string, at: Place): DeclaredNode {
    const found = this.#metrics.get(name);
    if (found !== undefined) return found;
    throw new ThauError('PROJECT_UNKNOWN_REF', `there is no metric "${name}"`, {
      at,
      hint: didYouMean(name, this.#metrics.keys()) ?? 'Declare it under metrics:.',
    });
  }

  group(name: string, at: Place): DeclaredNode {
    const found = this.#groups.get(name);
    if (found !== undefined) return found;
    throw new ThauError('PROJECT_UNKNOWN_GROUP', `there is no group "${name}"`, {
      at,
      hint: didYouMean(name, this.#groups.keys()) ?? 'Declare it under groups:.',
    });
  }

  #unknownRef(ref: RefArgs, versions: readonly ManifestNode[], at: Place): ThauError {
    const name = ref.package === null ? `"${ref.name}"` : `"${ref.name}" in package "${ref.package}"`;
    if (ref.version !== null) {
      const known = versions.map((node) => String(node.version)).join(', ');
      return new ThauError('PROJECT_UNKNOWN_REF', `there is no version ${ref.version} of model ${name}`, {
        at,
        hint:
          known === ''
            ? 'The model has no versions; leave the version out.'
            : `It has the versions ${known}.`,
      });
    }
    if (ref.package !== null && !this.session.packages.has(ref.package)) {
      return new ThauError('PROJECT_UNKNOWN_REF', `there is no package "${ref.package}"`, {
        at,
        hint:
          didYouMean(ref.package, this.session.packages.keys()) ??
          'Add it to packages.yml and run thau deps.',
      });
    }
    return new ThauError('PROJECT_UNKNOWN_REF', `there is no model, seed or snapshot ${name}`, {
      at,
      hint: didYouMean(ref.name, this.#byName.keys()) ?? `Add ${ref.name}.sql, or correct the name.`,
    });
  }
}

function isReferable(node: ManifestNode): boolean {
  return node.resource_type === 'model' || node.resource_type === 'seed' || node.resource_type === 'snapshot';
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** Resolves what a template named. Answers the ids, or undefined when one of them is disabled. */
export function resolve(
  capture: Capture,
  from: {
    readonly name: string;
    readonly package: string;
    readonly group: string | null;
    readonly isTest?: boolean;
  },
  references: References,
): { readonly ids: string[]; readonly disabled: { readonly name: string; readonly at: Place } | undefined } {
  const ids = new Set<string>();
  let disabled: { name: string; at: Place } | undefined;
  const { problems } = references.session;
  // sources first, as dbt lists them
  for (const { source, at } of capture.sources) {
    problems.attempt(() => {
      const found = references.source(source[0], source[1], from.package, at);
      if (found === 'disabled') disabled ??= { name: source.join('.'), at };
      else ids.add(found.unique_id);
    });
  }
  for (const { ref, at } of capture.refs) {
    problems.attempt(() => {
      const found = references.ref(ref, from.package, at);
      if (found === 'disabled') disabled ??= { name: ref.name, at };
      else {
        // tests may look at what they test, whatever its group
        if (from.isTest !== true) checkAccess(found, from, at, references.session.packages);
        ids.add(found.unique_id);
      }
    });
  }
  return { ids: [...ids], disabled };
}

function checkAccess(
  target: ManifestNode,
  from: { readonly name: string; readonly package: string; readonly group: string | null },
  at: Place,
  packages: Session['packages'],
): void {
  const foreign = target.package_name !== from.package;
  const restricted = foreign && (packages.get(target.package_name)?.restrictAccess ?? false);
  if (target.access === 'private' && (restricted || from.group === null || from.group !== target.group)) {
    throw new ThauError(
      'PROJECT_ACCESS',
      `"${from.name}" may not refer to "${target.name}", which is private to ${
        target.group === null ? 'its group, and has none' : `the group "${target.group}"`
      }`,
      {
        at,
        hint: `Put "${from.name}" into the group, or make "${target.name}" protected or public.`,
      },
    );
  }
  if (target.access === 'protected' && restricted) {
    throw new ThauError(
      'PROJECT_ACCESS',
      `"${from.name}" may not refer to "${target.name}": the package "${target.package_name}" restricts access to its public models`,
      { at, hint: `Ask the package to make "${target.name}" public, or read a public model of it.` },
    );
  }
}

/** Gives every node its parents; tests of disabled nodes are set aside with them. */
export function linkNodes(session: Session, references: References): ManifestNode[] {
  const linked: ManifestNode[] = [];
  for (const draft of session.drafts) {
    const { node } = draft;
    const { ids, disabled } = resolve(draft.capture, subjectOf(draft), references);
    if (disabled !== undefined) {
      if (node.resource_type === 'test') session.disabled.push(node);
      else session.problems.error(dependsOnDisabled(node, disabled));
      continue;
    }
    if (node.group !== null)
      session.problems.attempt(() => references.group(node.group ?? '', placeOf(node)));
    // the session's own node: a copy of each of tens of thousands would double what is kept
    (node as { depends_on: ManifestNode['depends_on'] }).depends_on = { ...node.depends_on, nodes: ids };
    linked.push(node);
  }
  return linked;
}

function subjectOf({ node }: Draft): {
  name: string;
  package: string;
  group: string | null;
  isTest: boolean;
} {
  return {
    name: node.name,
    package: node.package_name,
    group: node.group,
    isTest: node.resource_type === 'test',
  };
}

function placeOf(node: ManifestNode): Place {
  return node.declared_at ?? { file: node.original_file_path };
}

function dependsOnDisabled(
  node: ManifestNode,
  { name, at }: { readonly name: string; readonly at: Place },
): ThauError {
  return new ThauError(
    'PROJECT_DISABLED',
    `${node.resource_type} "${node.name}" depends on "${name}", which is disabled`,
    {
      at,
      hint: `Enable "${name}", or disable "${node.name}" too.`,
    },
  );
}
