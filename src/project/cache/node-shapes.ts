/** A node as plain data. */
export type PlainNode = Record<string, unknown>;

/** Nodes with the same keys in the same order: the keys, and the values that all of them share. */
export interface NodeShape {
  readonly keys: readonly string[];
  /** Which keys differ from node to node, by their places. */
  readonly own: readonly number[];
  /** The values of the others, in order. */
  readonly shared: readonly unknown[];
}

/** The number of its shape, then the values of the keys that differ. */
export type NodeRow = readonly [number, ...unknown[]];

interface Growing {
  readonly number: number;
  readonly keys: readonly string[];
  readonly first: readonly unknown[];
  readonly isShared: boolean[];
  readonly rows: [number, ...unknown[]][];
}

/**
 * Tens of thousands of nodes without their keys, and without what all of their kind say alike: half of a cache file would
 * be that.
 */
export class NodeShapes {
  readonly #shapes: Growing[] = [];
  readonly #last = new Map<unknown, Growing>();

  /** The row is filled in full until `finish`. */
  add(node: PlainNode): NodeRow {
    const shape = this.#shapeOf(node);
    const row: [number, ...unknown[]] = [shape.number];
    const { keys, first, isShared } = shape;
    for (const [place, key] of keys.entries()) {
      const value = node[key];
      row.push(value);
      if (isShared[place] === true && !isSame(first[place], value)) isShared[place] = false;
    }
    shape.rows.push(row);
    return row;
  }

  /** Takes what is shared out of the rows. */
  finish(): NodeShape[] {
    return this.#shapes.map(({ keys, first, isShared, rows }) => {
      const own = [...keys.keys()].filter((place) => isShared[place] !== true);
      for (const row of rows) {
        for (const [at, place] of own.entries()) row[at + 1] = row[place + 1];
        row.length = own.length + 1;
      }
      return { keys, own, shared: first.filter((_, place) => isShared[place] === true) };
    });
  }

  #shapeOf(node: PlainNode): Growing {
    const kind = node['resource_type'];
    const last = this.#last.get(kind);
    if (last !== undefined && hasKeys(node, last.keys)) return last;
    let shape = this.#shapes.find(({ keys }) => hasKeys(node, keys));
    if (shape === undefined) {
      const keys = Object.keys(node);
      const first = Object.values(node);
      shape = { number: this.#shapes.length, keys, first, isShared: keys.map(() => true), rows: [] };
      this.#shapes.push(shape);
    }
    this.#last.set(kind, shape);
    return shape;
  }
}

/** Makes nodes of rows again. */
export class ShapedNodes {
  readonly #templates: readonly (readonly [PlainNode, readonly string[]])[];

  constructor(shapes: readonly NodeShape[]) {
    this.#templates = shapes.map(({ keys, own, shared }) => {
      const names = own.map((place) => needed(keys[place]));
      const isOwn = new Set(own);
      let next = 0;
      const entries = keys.map((key, place) => [key, isOwn.has(place) ? null : shared[next++]] as const);
      return [Object.fromEntries(entries), names];
    });
  }

  node(row: NodeRow): PlainNode {
    const [template, names] = needed(this.#templates[row[0]]);
    const node = { ...template };
    for (let at = 0; at < names.length; at++) node[names[at] as string] = row[at + 1];
    return node;
  }
}

function needed<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('the parse cache is not whole');
  return value;
}

function hasKeys(node: PlainNode, keys: readonly string[]): boolean {
  let at = 0;
  for (const key in node) if (keys[at++] !== key) return false;
  return at === keys.length;
}

/** Whether two pieces of plain data say the same, in the same order. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const ours = Object.entries(a);
  const theirs = Object.entries(b);
  return (
    ours.length === theirs.length &&
    ours.every(([key, value], at) => theirs[at]?.[0] === key && isSame(value, theirs[at][1]))
  );
}
