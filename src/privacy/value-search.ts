import { quoteIdentifier, quoteLiteral } from '../postgres/identifier.js';
import { valuesPattern } from './values-pattern.js';

export interface SearchedColumn {
  readonly name: string;
  /** As PostgreSQL writes it: `text`, `numeric(10,2)`. */
  readonly type: string;
}

/** What these cannot hold need not be made a text: moments, and yes or no. */
const neverHold = /^(?:boolean|date|interval|time(?:stamp)?(?:\(\d\))? with(?:out)? time zone)$/;

/** More arguments are not given to a function. */
const mostArguments = 90;

/**
 * The search for some values in whole rows. What finds a value as a whole, whatever its case, is dear (the pattern looks
 * around each place); most rows hold none, which one look for the bare texts tells for a hundredth of it. The pattern
 * judges what is left, so that what is found is what the pattern finds.
 */
export class ValueSearch {
  private readonly pattern: string;
  private readonly likes: readonly string[];

  constructor(readonly values: readonly string[]) {
    this.pattern = quoteLiteral(valuesPattern(values));
    this.likes = shortest(values.map(folded)).map((value) => `%${value.replace(/[\\%]/g, '\\$&')}%`);
  }

  /** Whether a row `r` with these columns holds one of the values in any of them. */
  inRow(columns: readonly SearchedColumn[]): string {
    const texts = columns.filter(({ type }) => !neverHold.test(type)).map(columnText);
    return texts.length === 0 ? 'false' : this.inText(together(texts));
  }

  /** Whether one column of the row `r` holds one of the values. */
  inColumn(column: SearchedColumn): string {
    return neverHold.test(column.type) ? 'false' : this.inText(columnText(column));
  }

  private inText(text: string): string {
    if (this.values.length === 0) return 'false';
    // as bytes, which is quick; a letter that is none of ASCII is any
    const some = `array[${this.likes.map(quoteLiteral).join(', ')}]`;
    return `case when lower((${text}) collate "C") like any (${some}) then (${text}) collate "default" ~* ${this.pattern} else false end`;
  }
}

function columnText({ name, type }: SearchedColumn): string {
  return type === 'text' ? `r.${quoteIdentifier(name)}` : `r.${quoteIdentifier(name)}::text`;
}

/** Columns one after another, with what is neither letter nor digit between them. */
function together(texts: readonly string[]): string {
  const [only = ''] = texts;
  if (texts.length === 1) return only;
  const groups: string[] = [];
  for (let at = 0; at < texts.length; at += mostArguments)
    groups.push(`concat_ws(e'\\x1f', ${texts.slice(at, at + mostArguments).join(', ')})`);
  return together(groups);
}

/** As LIKE has it: `_` is any one character. */
function folded(value: string): string {
  return value.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).replace(/[^\u0000-\u007f]/gu, '_');
}

/** What holds another value is found by the other. */
function shortest(values: readonly string[]): readonly string[] {
  const all = [...new Set(values)];
  return all.filter((value) => !all.some((other) => other !== value && value.includes(other)));
}
