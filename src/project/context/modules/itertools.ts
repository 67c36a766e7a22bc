import { valueFault } from '../../../jinja/fault.js';
import type { Call } from '../../../jinja/values/call.js';
import { HostFunction } from '../../../jinja/values/host-function.js';
import { iterate } from '../../../jinja/values/iterate.js';
import { Tuple } from '../../../jinja/values/tuple.js';
import type { Value } from '../../../jinja/values/value.js';
import { HostRecord } from '../host-record.js';

/** Python's itertools, as lists: macros of finite data never tell the difference. */
export const itertoolsModule = new HostRecord(
  'itertools',
  functions({
    product: ({ args, kwargs }) => {
      const repeat = Number(kwargs.get('repeat') ?? 1);
      const pools = Array.from({ length: repeat }, () => args.map(list)).flat();
      return pools
        .reduce<Value[][]>((rows, pool) => rows.flatMap((row) => pool.map((item) => [...row, item])), [[]])
        .map((row) => new Tuple(row));
    },
    chain: ({ args }) => args.flatMap(list),
    combinations: ({ args }) =>
      choose(list(args[0] ?? null), Number(args[1] ?? 0)).map((row) => new Tuple(row)),
    permutations: ({ args }) => {
      const items = list(args[0] ?? null);
      return permute(items, args[1] === undefined || args[1] === null ? items.length : Number(args[1])).map(
        (row) => new Tuple(row),
      );
    },
    islice: ({ args }) => {
      const [start, stop] = args.length > 2 ? [Number(args[1] ?? 0), args[2]] : [0, args[1]];
      const step = Number(args[3] ?? 1);
      const items = list(args[0] ?? null).slice(
        start,
        stop === null || stop === undefined ? undefined : Number(stop),
      );
      return items.filter((_, index) => index % step === 0);
    },
    accumulate: ({ args }) => {
      let total = 0;
      return list(args[0] ?? null).map((item) => (total += Number(item)));
    },
    repeat: ({ args }) => {
      const times = Number(args[1] ?? NaN);
      if (!Number.isSafeInteger(times) || times > 1_000_000)
        throw valueFault('repeat() needs a number of times');
      return Array.from({ length: times }, () => args[0] ?? null);
    },
    zip_longest: ({ args, kwargs }) => {
      const lists = args.map(list);
      const fill = kwargs.get('fillvalue') ?? null;
      const length = Math.max(0, ...lists.map((items) => items.length));
      return Array.from({ length }, (_, index) => new Tuple(lists.map((items) => items[index] ?? fill)));
    },
  }),
);

function functions(run: Readonly<Record<string, (call: Call) => Value>>): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(run).map(([name, answer]) => [name, new HostFunction(name, answer)]),
  );
}

function list(value: Value): Value[] {
  return [...iterate(value)];
}

function choose(items: readonly Value[], count: number): Value[][] {
  if (count === 0) return [[]];
  return items.flatMap((item, index) =>
    choose(items.slice(index + 1), count - 1).map((rest) => [item, ...rest]),
  );
}

function permute(items: readonly Value[], count: number): Value[][] {
  if (count === 0) return [[]];
  return items.flatMap((item, index) =>
    permute([...items.slice(0, index), ...items.slice(index + 1)], count - 1).map((rest) => [item, ...rest]),
  );
}
