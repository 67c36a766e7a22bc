import { didYouMean } from '../errors/suggest.js';
import type { Place } from '../errors/thau-error.js';
import { parseDuration } from './duration.js';
import type { Located } from './yaml-source.js';

/** One setting: how it is read, and what docs/configuration.md says of it. */
export interface Field<Value> {
  /** As the page shows it: `integer`, `duration`. */
  readonly kind: string;
  readonly doc: string;
  /** As the page shows it; empty where there is none. */
  readonly shown: string;
  read(at: Located): Value;
  /** From an environment variable; undefined where the setting is not one line. */
  readonly parse?: (text: string) => Value | undefined;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;

/** What a section of fields reads to: every key is optional, defaults are laid under it later. */
export type Read<Section extends Fields> = {
  readonly [Key in keyof Section]?: Section[Key] extends Field<infer Value> ? Value : never;
};

export function text(doc: string, shown = ''): Field<string> {
  return scalarField('text', doc, shown, (value) => value);
}

export function integer(
  doc: string,
  shown: string,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): Field<number> {
  const range =
    most === Number.MAX_SAFE_INTEGER
      ? `a whole number from ${least}`
      : `a whole number from ${least} to ${most}`;
  return scalarField(
    'integer',
    doc,
    shown,
    (value) => {
      const number = Number(value);
      return /^-?\d+$/.test(value.trim()) && number >= least && number <= most ? number : undefined;
    },
    range,
  );
}

export function boolean(doc: string, shown: string): Field<boolean> {
  return scalarField(
    'boolean',
    doc,
    shown,
    (value) => {
      const word = value.trim().toLowerCase();
      if (['true', 'yes', 'on', '1'].includes(word)) return true;
      return ['false', 'no', 'off', '0'].includes(word) ? false : undefined;
    },
    'true or false',
  );
}

/** In milliseconds. */
export function duration(doc: string, shown: string): Field<number> {
  return scalarField(
    'duration',
    doc,
    shown,
    parseDuration,
    'a duration such as `30 seconds`, `5 min` or `1 day`',
  );
}

export function choice<const Word extends string>(
  doc: string,
  shown: string,
  words: readonly Word[],
): Field<Word> {
  const expected = `one of ${words.join(', ')}`;
  return scalarField(
    words.join(' · '),
    doc,
    shown,
    (value) => words.find((word) => word === value),
    expected,
  );
}

/** An IANA time zone. */
export function timezone(doc: string, shown: string): Field<string> {
  return scalarField(
    'time zone',
    doc,
    shown,
    (value) => {
      try {
        new Intl.DateTimeFormat('en', { timeZone: value });
        return value;
      } catch {
        return undefined;
      }
    },
    'a time zone such as Asia/Ho_Chi_Minh or UTC',
  );
}

/** A list of texts; one text alone is a list of one. In the environment: separated by commas. */
export function texts(doc: string, shown = ''): Field<readonly string[]> {
  const split = (value: string): string[] =>
    value
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  return {
    kind: 'list of text',
    doc,
    shown,
    parse: split,
    read: (at) =>
      at.source.items(at).map((item) => {
        const value = at.source.scalar(item);
        if (value === undefined) throw at.source.wrong(item, 'text');
        return String(value);
      }),
  };
}

/** How personal data is shown. YAML's own null means the mask `null` here: nobody writes a kind to say nothing of it. */
export function mask(doc: string): Field<'null' | 'hash' | 'partial'> {
  const words = ['null', 'hash', 'partial'] as const;
  return {
    kind: words.join(' · '),
    doc,
    shown: '',
    read: (at) => {
      const value = at.source.scalar(at) ?? 'null';
      const word = words.find((one) => one === value);
      if (word === undefined) throw at.source.wrong(at, `one of ${words.join(', ')}`);
      return word;
    },
  };
}

/** A mapping of one name to another. */
export function pairs(doc: string): Field<Readonly<Record<string, string>>> {
  return {
    kind: 'mapping of text',
    doc,
    shown: '',
    read: (at) =>
      Object.fromEntries(
        at.source.entries(at).map(({ key, value }) => {
          const text = at.source.scalar(value);
          if (text === undefined) throw at.source.wrong(value, 'text');
          return [key, String(text)];
        }),
      ),
  };
}

/** A mapping whose keys are fields. */
export function section<Section extends Fields>(
  doc: string,
  fields: Section,
): Field<Read<Section>> & { fields: Section } {
  return { kind: 'mapping', doc, shown: '', fields, read: (at) => readSection(at, fields) };
}

/** A mapping whose keys are names given by the user; each entry remembers its place. */
export function named<Section extends Fields>(
  doc: string,
  fields: Section,
): Field<readonly (Read<Section> & { readonly name: string; readonly at: Place })[]> & { fields: Section } {
  return {
    kind: 'mapping of names',
    doc,
    shown: '',
    fields,
    read: (at) =>
      at.source.entries(at).map(({ key, keyAt, value }) => ({
        ...readSection(value, fields),
        name: key,
        at: at.source.place(keyAt),
      })),
  };
}

/** Reads the known keys of a mapping; an unknown one is an error that names the nearest. */
export function readSection<Section extends Fields>(at: Located, fields: Section): Read<Section> {
  const read: Record<string, unknown> = {};
  for (const { key, keyAt, value } of at.source.entries(at)) {
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
    if (field === undefined) {
      const where = at.path === '' ? '' : ` in "${at.path}"`;
      throw at.source.faultAt('CONFIG_UNKNOWN_KEY', `There is no setting "${key}"${where}.`, keyAt, {
        hint: didYouMean(key, Object.keys(fields)) ?? `Known here: ${Object.keys(fields).join(', ')}.`,
      });
    }
    if (value.node !== null) {
      const result = field.read(value);
      if (result !== undefined) read[key] = result;
    }
  }
  return read as Read<Section>;
}

function scalarField<Value>(
  kind: string,
  doc: string,
  shown: string,
  parse: (text: string) => Value | undefined,
  expected = 'text',
): Field<Value> {
  return {
    kind,
    doc,
    shown,
    parse,
    read: (at) => {
      const value = at.source.scalar(at);
      // null is the same as leaving the key out
      if (value === undefined) return undefined as Value;
      const parsed = parse(String(value));
      if (parsed === undefined) throw at.source.wrong(at, expected);
      return parsed;
    },
  };
}
