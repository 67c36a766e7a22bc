import { asTyped } from '../vietnam/text.js';
import type { Scene } from './scene.js';

/** The name as somebody typed it: given name first, without the middle name, or as it is. */
export function typedName({ random, person }: Scene): string {
  if (random.chance(0.03)) return asTyped(random, `${person.name.given} ${person.name.family}`);
  return asTyped(
    random,
    random.chance(0.05) ? `${person.name.family} ${person.name.given}` : person.fullName,
  );
}

export function writtenSex({ random, person }: Scene): string | null {
  if (random.chance(0.2)) return null;
  return random.pick(person.sex === 'F' ? ['Nữ', 'Nữ', 'F', 'female'] : ['Nam', 'Nam', 'M', 'male']);
}

export function writtenBirthDate({ random, person }: Scene): string | null {
  const [year = '', month = '', dayOfMonth = ''] = person.birthDate.split('-');
  const draw = random.next();
  if (draw < 0.25) return null;
  if (draw < 0.29) return '1900-01-01';
  if (draw < 0.34) return year;
  if (draw < 0.55) return `${dayOfMonth}/${month}/${year}`;
  return person.birthDate;
}
