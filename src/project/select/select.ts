import { didYouMean } from '../../errors/suggest.js';
import { ThauError } from '../../errors/thau-error.js';
import { reach } from '../graph/walk.js';
import type { Manifest } from '../manifest.js';
import { methods, stateMethods } from './methods.js';
import { parentsOf, selectables, type Selectable } from './selectable.js';
import type { Criterion, IndirectSelection, Spec } from './spec.js';

/** The unique ids a spec selects, tests that come along included. Pure. */
export function select(manifest: Manifest, spec: Spec): Set<string> {
  const selector = new Selector(manifest);
  const { direct, indirect } = selector.evaluate(spec);
  return selector.withIndirect(direct, indirect, indirectOf(spec));
}

/** What a spec found: nodes, and tests that join if all they need is selected in the end. */
interface Found {
  readonly direct: Set<string>;
  readonly indirect: Set<string>;
}

class Selector {
  readonly #manifest: Manifest;
  readonly #all: Map<string, Selectable>;

  constructor(manifest: Manifest) {
    this.#manifest = manifest;
    this.#all = selectables(manifest);
  }

  evaluate(spec: Spec): Found {
    switch (spec.kind) {
      case 'criterion':
        return this.#criterion(spec);
      case 'union':
        return combine(
          spec.of.map((part) => this.evaluate(part)),
          (sets) => new Set(sets.flatMap((set) => [...set])),
        );
      case 'intersection':
        return combine(
          spec.of.map((part) => this.evaluate(part)),
          ([first, ...rest]) => {
            return new Set([...(first ?? [])].filter((id) => rest.every((set) => set.has(id))));
          },
        );
      case 'difference': {
        const of = this.evaluate(spec.of);
        const excluded = this.evaluate(spec.without);
        const without = this.withIndirect(excluded.direct, excluded.indirect, indirectOf(spec.without));
        const keep = (set: Set<string>): Set<string> => new Set([...set].filter((id) => !without.has(id)));
        const direct = keep(of.direct);
        // what was selected with its tests in mind is judged by what is left
        return { direct, indirect: keep(of.indirect) };
      }
    }
  }

  #criterion(criterion: Criterion): Found {
    const found = this.#matching(criterion);
    const { parent_map, child_map } = this.#manifest;
    const selected = new Set(found);
    const add = (ids: Iterable<string>): void => {
      for (const id of ids) if (this.#all.has(id)) selected.add(id);
    };
    if (criterion.childrensParents) {
      const below = new Set([...found, ...reach(found, child_map)]);
      add([...below, ...reach(below, parent_map)]);
    }
    if (criterion.parents !== null) add(reach(found, parent_map, criterion.parents));
    if (criterion.children !== null) add(reach(found, child_map, criterion.children));
    return this.#withTests(selected, criterion.indirect);
  }

  #matching(criterion: Criterion): Set<string> {
    const method = Object.hasOwn(methods, criterion.method) ? methods[criterion.method] : undefined;
    if (method === undefined) throw unknownMethod(criterion);
    const context = { rootPackage: this.#manifest.metadata.project_name };
    const found = new Set<string>();
    for (const [id, node] of this.#all) if (method(node, criterion, context)) found.add(id);
    return found;
  }

  /** The tests of the selected nodes: at once, or set aside until the whole selection is known. */
  #withTests(selected: Set<string>, mode: IndirectSelection): Found {
    const direct = new Set(selected);
    const indirect = new Set<string>();
    if (mode === 'empty') return { direct, indirect };
    const buildable = mode === 'buildable' ? this.#buildable(selected) : selected;
    for (const id of reach(selected, this.#manifest.child_map, 1)) {
      const node = this.#all.get(id);
      if (node === undefined || !isTest(node)) continue;
      if (mode === 'eager' || parentsOf(node).every((parent) => buildable.has(parent))) direct.add(id);
      else indirect.add(id);
    }
    return { direct, indirect };
  }

  /** The selection with the tests set aside that it now covers. */
  withIndirect(direct: Set<string>, indirect: Set<string>, mode: IndirectSelection): Set<string> {
    if (indirect.size === 0) return direct;
    const covered = mode === 'buildable' ? this.#buildable(direct) : direct;
    const result = new Set(direct);
    for (const id of indirect) {
      const node = this.#all.get(id);
      if (node !== undefined && parentsOf(node).every((parent) => covered.has(parent))) result.add(id);
    }
    return result;
  }

  #buildable(selected: Set<string>): Set<string> {
    return new Set([
      ...selected,
      ...reach(selected, this.#manifest.parent_map),
      ...Object.keys(this.#manifest.sources),
    ]);
  }
}

function isTest(node: Selectable): boolean {
  return node.resource_type === 'test' || node.resource_type === 'unit_test';
}

function combine(parts: readonly Found[], merge: (sets: Set<string>[]) => Set<string>): Found {
  return {
    direct: merge(parts.map((part) => part.direct)),
    indirect: merge(parts.map((part) => part.indirect)),
  };
}

function indirectOf(spec: Spec): IndirectSelection {
  if (spec.kind === 'criterion') return spec.indirect;
  const [first] = Array.isArray(spec.of) ? (spec.of as readonly Spec[]) : [spec.of as Spec];
  return first === undefined ? 'eager' : indirectOf(first);
}

function unknownMethod(criterion: Criterion): ThauError {
  const instead = Object.hasOwn(stateMethods, criterion.method) ? stateMethods[criterion.method] : undefined;
  if (instead !== undefined) {
    return new ThauError(
      'PROJECT_SELECTION',
      `"${criterion.text}" compares with an earlier state, which thau does not need`,
      {
        hint: instead,
      },
    );
  }
  const names = Object.keys(methods);
  return new ThauError(
    'PROJECT_SELECTION',
    `there is no selection method "${criterion.method}" (in "${criterion.text}")`,
    {
      hint: didYouMean(criterion.method, names) ?? `Methods: ${names.join(', ')}.`,
    },
  );
}
