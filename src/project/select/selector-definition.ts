import { didYouMean } from '../../errors/suggest.js';
import { ThauError, type Place } from '../../errors/thau-error.js';
import { asMethod, parseCriteria } from './parse-selection.js';
import type { Criteria, IndirectSelection, Selection } from './selection.js';

/** A selector of selectors.yml; `definition` as its YAML says. */
export interface SelectorDefinition {
  readonly name: string;
  readonly definition: unknown;
  readonly default: boolean;
  readonly at?: Place;
}

/**
 * The named selector as a selection. A definition is a word of the command line, `{method, value, …}`,
 * `{method: value}`, or `{union|intersection: […]}` with at most one `{exclude: […]}` among its parts; the method
 * `selector` names another one. Throws PROJECT_SELECTOR for any other shape, an unknown name or a circle.
 */
export function selectorSelection(name: string, selectors: readonly SelectorDefinition[]): Selection {
  return new SelectorReader(selectors).named(name, []);
}

class SelectorReader {
  private readonly byName: ReadonlyMap<string, SelectorDefinition>;

  constructor(selectors: readonly SelectorDefinition[]) {
    this.byName = new Map(selectors.map((selector) => [selector.name, selector]));
  }

  named(name: string, path: readonly string[]): Selection {
    const found = this.byName.get(name);
    if (found === undefined) {
      throw new ThauError('PROJECT_SELECTOR', `There is no selector "${name}".`, {
        hint: didYouMean(name, this.byName.keys()) ?? 'Selectors stand in selectors.yml.',
      });
    }
    if (path.includes(name)) {
      throw new ThauError(
        'PROJECT_SELECTOR',
        `Selector "${name}" contains itself: ${[...path, name].join(' → ')}.`,
        {
          hint: 'Write one of them out.',
          ...(found.at && { at: found.at }),
        },
      );
    }
    return new DefinitionReader(this, found, [...path, name]).read(found.definition);
  }
}

class DefinitionReader {
  constructor(
    private readonly selectors: SelectorReader,
    private readonly selector: SelectorDefinition,
    private readonly path: readonly string[],
  ) {}

  read(definition: unknown): Selection {
    if (typeof definition === 'string') return parseCriteria(definition);
    if (!isRecord(definition)) throw this.wrong('a definition must be text or a mapping');
    for (const kind of ['union', 'intersection'] as const) {
      if (kind in definition) {
        const extra = Object.keys(definition).filter((key) => key !== kind);
        if (extra.length > 0) throw this.wrong(`"${kind}" stands beside "${extra.join('", "')}"`);
        return this.combination(kind, definition[kind]);
      }
    }
    return this.criteria(definition);
  }

  private combination(kind: 'union' | 'intersection', list: unknown): Selection {
    if (!Array.isArray(list)) throw this.wrong(`"${kind}" must be a list`);
    const isExclusion = (part: unknown): part is Record<string, unknown> =>
      isRecord(part) && 'exclude' in part && !('method' in part);
    const parts = list.filter((part) => !isExclusion(part)).map((part) => this.read(part));
    const exclusions = list.filter(isExclusion);
    if (exclusions.length > 1) throw this.wrong(`"${kind}" has more than one "exclude"`);
    return this.without({ kind, parts }, exclusions[0]?.['exclude']);
  }

  private criteria(definition: Record<string, unknown>): Selection {
    const keys = Object.keys(definition);
    const short = keys.length === 1 && keys[0] !== 'method' ? keys[0] : undefined;
    const method = short ?? definition['method'];
    const value = short === undefined ? definition['value'] : definition[short];
    if (typeof method !== 'string' || !isScalar(value)) {
      throw this.wrong('a criterion needs "method" and "value", or one `method: value`');
    }
    for (const key of short === undefined ? keys : []) {
      if (!criteriaKeys.includes(key)) {
        throw this.wrong(`"${key}" is not a key of a criterion`, didYouMean(key, criteriaKeys));
      }
    }
    if (method === 'selector') return this.selectors.named(String(value), this.path);
    const [name = '', ...rest] = method.split('.');
    const criteria: Criteria = {
      kind: 'criteria',
      raw: `${method}:${String(value)}`,
      method: asMethod(name, `${method}:${String(value)}`),
      arguments: rest,
      value: String(value),
      childrensParents: definition['childrens_parents'] === true,
      parents: this.depth(definition, 'parents'),
      children: this.depth(definition, 'children'),
      ...this.indirect(definition['indirect_selection']),
    };
    return this.without(criteria, definition['exclude']);
  }

  private without(selection: Selection, exclude: unknown): Selection {
    if (exclude === undefined) return selection;
    if (!Array.isArray(exclude)) throw this.wrong('"exclude" must be a list');
    const parts = exclude.map((part) => this.read(part));
    return { kind: 'difference', parts: [selection, { kind: 'union', parts }] };
  }

  private depth(definition: Record<string, unknown>, side: 'parents' | 'children'): number {
    if (definition[side] !== true) return 0;
    const limit = definition[`${side}_depth`];
    if (limit === undefined || limit === null) return Infinity;
    if (typeof limit === 'number' && Number.isInteger(limit) && limit >= 0) return limit;
    throw this.wrong(`"${side}_depth" must be a whole number`);
  }

  private indirect(mode: unknown): { indirect?: IndirectSelection } {
    if (mode === undefined) return {};
    const found = indirectModes.find((known) => known === mode);
    if (found === undefined)
      throw this.wrong(`"indirect_selection" must be one of ${indirectModes.join(', ')}`);
    return { indirect: found };
  }

  private wrong(what: string, hint?: string): ThauError {
    return new ThauError('PROJECT_SELECTOR', `Selector "${this.selector.name}": ${what}.`, {
      hint: hint ?? 'See "YAML selectors" in dbt\'s documentation for the shapes a definition has.',
      ...(this.selector.at && { at: this.selector.at }),
    });
  }
}

const criteriaKeys = [
  'method',
  'value',
  'childrens_parents',
  'parents',
  'parents_depth',
  'children',
  'children_depth',
  'indirect_selection',
  'exclude',
];
export const indirectModes = [
  'eager',
  'cautious',
  'buildable',
  'empty',
] as const satisfies IndirectSelection[];

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
