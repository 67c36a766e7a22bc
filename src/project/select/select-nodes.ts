import type { Manifest } from '../manifest.js';
import { matchMethod, type SelectionState } from './match-method.js';
import { NodeGraph } from './node-graph.js';
import type { Criteria, IndirectSelection, Selection } from './selection.js';

export interface SelectOptions {
  readonly manifest: Manifest;
  readonly selection: Selection;
  /** dbt's default is `eager`. */
  readonly indirect?: IndirectSelection;
  /** What `state:`, `result:` and `source_status:` compare with. */
  readonly state?: SelectionState;
  /** Only these come back; every type unless given. */
  readonly resourceTypes?: readonly string[];
}

export interface Selected {
  readonly ids: ReadonlySet<string>;
  /** Words of the command line that matched nothing. */
  readonly unmatched: readonly string[];
}

/** The nodes a selection names, tests brought along by the indirect mode included. Pure. */
export function selectNodes(options: SelectOptions): Selected {
  const selector = new Selector(options);
  const { direct } = selector.select(options.selection);
  const ids =
    options.resourceTypes === undefined
      ? direct
      : new Set(
          [...direct].filter((id) => options.resourceTypes?.includes(resourceType(options.manifest, id))),
        );
  return { ids, unmatched: selector.unmatched };
}

/** Tests that may still come along, once all their parents turn out to be selected, are `possible`. */
interface Found {
  readonly direct: Set<string>;
  readonly possible: Set<string>;
}

class Selector {
  readonly unmatched: string[] = [];
  private readonly graph: NodeGraph;
  private readonly indirect: IndirectSelection;

  constructor(private readonly options: SelectOptions) {
    this.graph = new NodeGraph(options.manifest);
    this.indirect = options.indirect ?? 'eager';
  }

  select(selection: Selection): Found {
    if (selection.kind === 'criteria') return this.criteria(selection);
    const parts = selection.parts.map((part) => this.select(part));
    const combine = operations[selection.kind];
    const direct = combine(parts.map((part) => part.direct));
    const possible = combine(parts.map((part) => new Set([...part.direct, ...part.possible])));
    for (const id of this.settled(direct, possible)) direct.add(id);
    if (selection.expected !== undefined && direct.size === 0) this.unmatched.push(selection.expected);
    return { direct, possible };
  }

  private criteria(criteria: Criteria): Found {
    const selected = matchMethod(criteria, this.options.manifest, this.options.state ?? {});
    const start = new Set(selected);
    const add = (ids: Iterable<string>): void => {
      for (const id of ids) selected.add(id);
    };
    if (criteria.childrensParents) {
      const family = new Set([...start, ...this.graph.descendants(start)]);
      add(family);
      add(this.graph.ancestors(family));
    }
    if (criteria.parents > 0) add(this.graph.ancestors(start, criteria.parents));
    if (criteria.children > 0) add(this.graph.descendants(start, criteria.children));
    return this.withTests(selected, criteria.indirect ?? this.indirect);
  }

  private withTests(selected: Set<string>, mode: IndirectSelection): Found {
    const direct = new Set(selected);
    const possible = new Set<string>();
    if (mode === 'empty') return { direct, possible };
    const near =
      mode === 'buildable'
        ? new Set([
            ...selected,
            ...this.graph.ancestors(selected),
            ...Object.keys(this.options.manifest.sources),
          ])
        : selected;
    for (const id of this.graph.successors(selected)) {
      if (!isTest(this.options.manifest, id)) continue;
      if (mode === 'eager' || this.parentsWithin(id, near)) direct.add(id);
      else possible.add(id);
    }
    return { direct, possible };
  }

  /** Of the tests that were only possible, those whose parents have all been selected by now. */
  private settled(direct: ReadonlySet<string>, possible: ReadonlySet<string>): string[] {
    if (this.indirect !== 'cautious' && this.indirect !== 'buildable') return [];
    const near =
      this.indirect === 'buildable' ? new Set([...direct, ...this.graph.ancestors(direct)]) : direct;
    return [...possible].filter(
      (id) => id in this.options.manifest.nodes && !direct.has(id) && this.parentsWithin(id, near),
    );
  }

  private parentsWithin(id: string, set: ReadonlySet<string>): boolean {
    const parents = this.options.manifest.nodes[id] ?? this.options.manifest.unit_tests[id];
    return parents?.depends_on.nodes.every((parent) => set.has(parent)) ?? false;
  }
}

const operations = {
  union: (sets: readonly Set<string>[]): Set<string> => new Set(sets.flatMap((set) => [...set])),
  intersection: (sets: readonly Set<string>[]): Set<string> => {
    const [first, ...rest] = sets;
    return new Set([...(first ?? [])].filter((id) => rest.every((set) => set.has(id))));
  },
  difference: (sets: readonly Set<string>[]): Set<string> => {
    const [first, ...rest] = sets;
    return new Set([...(first ?? [])].filter((id) => !rest.some((set) => set.has(id))));
  },
};

function isTest(manifest: Manifest, id: string): boolean {
  return manifest.nodes[id]?.resource_type === 'test' || id in manifest.unit_tests;
}

function resourceType(manifest: Manifest, id: string): string {
  return manifest.nodes[id]?.resource_type ?? id.split('.')[0] ?? '';
}
