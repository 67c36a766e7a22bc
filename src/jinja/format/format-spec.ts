import { limitFault, valueFault } from '../fault.js';

/** Python's format specification: `[[fill]align][sign][z][#][0][width][grouping][.precision][type]`. */
export interface FormatSpec {
  readonly fill: string;
  readonly align: '<' | '>' | '^' | '=' | '';
  readonly sign: '+' | '-' | ' ';
  /** `z`: a float that prints as minus zero loses its sign. */
  readonly noMinusZero: boolean;
  readonly alternate: boolean;
  readonly width: number;
  readonly grouping: ',' | '_' | '';
  readonly precision: number | null;
  readonly type: string;
}

const pattern = /^(?:([^])?([<>=^]))?([-+ ])?(z)?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/u;

export function parseFormatSpec(spec: string, size: number): FormatSpec {
  const match = pattern.exec(spec);
  if (!match) throw valueFault(`invalid format specifier '${spec}'`);
  const [, fill, align, sign, noMinusZero, alternate, zero, width, grouping, precision, type] = match;
  if (Number(width ?? 0) > size || Number(precision ?? 0) > size) {
    throw limitFault('a format makes a text that is too large', 'size');
  }
  return {
    fill: fill ?? (zero === undefined ? ' ' : '0'),
    align: (align ?? (zero ? '=' : '')) as FormatSpec['align'],
    sign: (sign ?? '-') as FormatSpec['sign'],
    noMinusZero: noMinusZero !== undefined,
    alternate: alternate !== undefined,
    width: Number(width ?? 0),
    grouping: (grouping ?? '') as FormatSpec['grouping'],
    precision: precision === undefined ? null : Number(precision),
    type: type ?? '',
  };
}
