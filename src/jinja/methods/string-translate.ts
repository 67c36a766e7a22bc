import { typeFault } from '../fault.js';
import { bindArguments } from '../values/bind-arguments.js';
import { Dict } from '../values/dict.js';
import { typeName } from '../values/type-name.js';
import { str } from '../values/repr.js';
import type { Method } from './method.js';

/** `text.translate({44: '|', 59: none})`: characters by their code point; none takes one away. */
export const translate: Method<string> = (self, call) => {
  const [table = null] = bindArguments('translate', call, ['table'], 1);
  if (!(table instanceof Dict)) throw typeFault(`translate() takes a dict, not ${typeName(table)}`);
  let text = '';
  for (const character of self) {
    const by = table.get(character.codePointAt(0) ?? 0);
    if (by === undefined) text += character;
    else if (typeof by === 'number') text += String.fromCodePoint(by);
    else if (by !== null) text += str(by);
  }
  return text;
};
