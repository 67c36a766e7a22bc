import type { Argument, Reader } from './arguments.js';

/** `Customer:42` → Customer and its key; `Score:["7","churn"]` for keys of several columns. */
export function readGlobalId(id: string): { readonly type: string; readonly key: string } | undefined {
  const match = /^([_A-Za-z]\w*):([\s\S]*)$/.exec(id);
  return match?.[1] === undefined ? undefined : { type: match[1], key: match[2] ?? '' };
}

/** The key in an id that is global to one of the types; any other text is taken as the key itself. */
export function bareKey(id: string, types: readonly string[]): string {
  const global = readGlobalId(id);
  return global && types.includes(global.type) ? global.key : id;
}

/**
 * Reads one column of a key from an id that is global, or is the bare key. An id of another type is no row's, which
 * null says: nothing equals it.
 */
export function keyColumnReader(
  argument: Extract<Argument, { kind: 'leaf' }>,
  types: readonly string[],
  index: number,
  columns: number,
): Reader {
  return (inputs) => {
    const key = bareKey(String(argument.read(inputs)), types);
    if (columns === 1) return key;
    const values = readComposite(key);
    return values?.length === columns ? values[index] : null;
  };
}

function readComposite(key: string): readonly string[] | undefined {
  try {
    const values: unknown = JSON.parse(key);
    return Array.isArray(values) && values.every((value) => typeof value === 'string') ? values : undefined;
  } catch {
    return undefined;
  }
}
