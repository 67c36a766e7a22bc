import type { Value } from '../values/value.js';

/** Offsets count UTF-16 units from 0 in the template's source, line ends normalised to `\n`. */
export type Offset = number;

export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**';
export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in';

/** `f(a, b=c, *d, **e)` between the parentheses. */
export interface Arguments {
  readonly positional: readonly Expression[];
  readonly named: readonly { readonly name: string; readonly value: Expression }[];
  readonly spread: Expression | null;
  readonly namedSpread: Expression | null;
}

export interface Filter {
  readonly name: string;
  readonly args: Arguments;
  readonly at: Offset;
}

export type Expression =
  | { readonly kind: 'literal'; readonly value: Value; readonly at: Offset }
  | { readonly kind: 'name'; readonly name: string; readonly at: Offset }
  | { readonly kind: 'tuple' | 'list'; readonly items: readonly Expression[]; readonly at: Offset }
  | {
      readonly kind: 'dict';
      readonly pairs: readonly (readonly [Expression, Expression])[];
      readonly at: Offset;
    }
  | { readonly kind: 'attribute'; readonly object: Expression; readonly name: string; readonly at: Offset }
  | { readonly kind: 'item'; readonly object: Expression; readonly index: Expression; readonly at: Offset }
  | {
      readonly kind: 'slice';
      readonly start: Expression | null;
      readonly stop: Expression | null;
      readonly step: Expression | null;
      readonly at: Offset;
    }
  | { readonly kind: 'call'; readonly callee: Expression; readonly args: Arguments; readonly at: Offset }
  | { readonly kind: 'filter'; readonly input: Expression; readonly filter: Filter; readonly at: Offset }
  | {
      readonly kind: 'test';
      readonly input: Expression;
      readonly name: string;
      readonly args: Arguments;
      readonly at: Offset;
    }
  | { readonly kind: 'not' | 'negative' | 'positive'; readonly operand: Expression; readonly at: Offset }
  | {
      readonly kind: 'and' | 'or';
      readonly left: Expression;
      readonly right: Expression;
      readonly at: Offset;
    }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly at: Offset;
    }
  | { readonly kind: 'concat'; readonly parts: readonly Expression[]; readonly at: Offset }
  | {
      readonly kind: 'compare';
      readonly first: Expression;
      readonly rest: readonly { readonly operator: CompareOperator; readonly operand: Expression }[];
      readonly at: Offset;
    }
  | {
      readonly kind: 'conditional';
      readonly test: Expression;
      readonly then: Expression;
      readonly otherwise: Expression | null;
      readonly at: Offset;
    };

/** What stands left of `=` in `set`, after `for`, and in `with`. */
export type Target =
  | { readonly kind: 'name'; readonly name: string; readonly at: Offset }
  | { readonly kind: 'member'; readonly object: string; readonly name: string; readonly at: Offset }
  | { readonly kind: 'tuple'; readonly items: readonly Target[]; readonly at: Offset };

export interface Parameter {
  readonly name: string;
  readonly default: Expression | null;
  /** dbt's type annotation, as written: `relation`, `list[str]`. */
  readonly type: string | null;
}

export type BlockKind = 'macro' | 'test' | 'data_test' | 'materialization' | 'snapshot' | 'docs';

/** A named block that renders nothing where it stands: a macro, or one of the blocks dbt adds to the language. */
export interface BlockDefinition {
  readonly kind: BlockKind;
  readonly name: string;
  /** Of a materialization: its adapter; `default` when none is given. Null for other kinds. */
  readonly adapter: string | null;
  readonly parameters: readonly Parameter[];
  readonly body: readonly Statement[];
  /** The body uses `caller`, `varargs`, `kwargs`: without them, surplus arguments are errors. */
  readonly uses: { readonly caller: boolean; readonly varargs: boolean; readonly kwargs: boolean };
  readonly at: Offset;
  /** From the opening tag's `{%` to the closing tag's `%}`. */
  readonly start: Offset;
  readonly end: Offset;
  /** What stands between the two tags. */
  readonly bodyStart: Offset;
  readonly bodyEnd: Offset;
}

export type Statement =
  | { readonly kind: 'text'; readonly text: string; readonly at: Offset }
  | { readonly kind: 'output'; readonly value: Expression; readonly at: Offset }
  | {
      readonly kind: 'if';
      readonly branches: readonly { readonly test: Expression; readonly body: readonly Statement[] }[];
      readonly otherwise: readonly Statement[];
      readonly at: Offset;
    }
  | {
      readonly kind: 'for';
      readonly target: Target;
      readonly iterable: Expression;
      readonly condition: Expression | null;
      readonly recursive: boolean;
      /** The body reads `loop`. */
      readonly usesLoop: boolean;
      readonly body: readonly Statement[];
      readonly otherwise: readonly Statement[];
      readonly at: Offset;
    }
  | { readonly kind: 'set'; readonly target: Target; readonly value: Expression; readonly at: Offset }
  | {
      readonly kind: 'set block';
      readonly target: Target;
      readonly filters: readonly Filter[];
      readonly body: readonly Statement[];
      readonly at: Offset;
    }
  | { readonly kind: 'do'; readonly value: Expression; readonly at: Offset }
  | { readonly kind: 'block'; readonly definition: BlockDefinition; readonly at: Offset }
  | {
      readonly kind: 'call block';
      readonly call: Expression & { kind: 'call' };
      readonly caller: BlockDefinition;
      readonly at: Offset;
    }
  | {
      readonly kind: 'filter block';
      readonly filters: readonly Filter[];
      readonly body: readonly Statement[];
      readonly at: Offset;
    }
  | {
      readonly kind: 'with';
      readonly bindings: readonly { readonly target: Target; readonly value: Expression }[];
      readonly body: readonly Statement[];
      readonly at: Offset;
    }
  | { readonly kind: 'break' | 'continue'; readonly at: Offset };

/** A parsed template: immutable, free of any context, so that it may be kept and rendered any number of times. */
export interface Template {
  readonly file: string;
  /** The text, its line ends normalised to `\n`, one trailing newline taken off as Jinja does. */
  readonly source: string;
  /** The line of `file` on which `source` begins, from 1. */
  readonly firstLine: number;
  readonly body: readonly Statement[];
  /** The named blocks at the top level, in order. */
  readonly blocks: readonly BlockDefinition[];
}
