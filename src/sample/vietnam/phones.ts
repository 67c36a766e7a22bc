import type { Random } from '../random.js';

/** New mobile prefix -> the eleven-digit numbers' prefix that it replaced in September 2018. */
const replaced: Readonly<Record<string, string>> = {
  '070': '0120',
  '079': '0121',
  '077': '0122',
  '076': '0126',
  '078': '0128',
  '083': '0123',
  '084': '0124',
  '085': '0125',
  '081': '0127',
  '082': '0129',
  '032': '0162',
  '033': '0163',
  '034': '0164',
  '035': '0165',
  '036': '0166',
  '037': '0167',
  '038': '0168',
  '039': '0169',
  '056': '0186',
  '058': '0188',
};

const others = '086 096 097 098 091 094 088 090 093 089 092'.split(' ');
const migrated = Object.keys(replaced);

/** A mobile number in E.164: a real prefix and seven digits that differ for every `number` below ten million. */
export function drawMobile(random: Random, number: number): string {
  const prefix = random.pick(random.chance(0.5) ? migrated : others);
  return `+84${prefix.slice(1)}${String((number * 7_368_787 + 1_357_911) % 10_000_000).padStart(7, '0')}`;
}

/** What cashiers and web forms hold when somebody would not say: never anyone's number. */
export const junkPhones = [
  '0000000000',
  '0999999999',
  '0123456789',
  '1900 0123',
  'khong co',
  '0',
  '028 0000 0001',
];

/** A number as somebody typed it. `oldRecord`: the record may stem from before the 2018 migration. */
export function writtenPhone(random: Random, e164: string, oldRecord = false): string {
  const national = `0${e164.slice(3)}`;
  const old = replaced[national.slice(0, 3)];
  if (oldRecord && old !== undefined && random.chance(0.5)) {
    const long = old + national.slice(3);
    return random.chance(0.5) ? long : `${long.slice(0, 4)} ${long.slice(4, 7)} ${long.slice(7)}`;
  }
  const groups = [national.slice(0, 4), national.slice(4, 7), national.slice(7)];
  const draw = random.next();
  if (draw < 0.5) return national;
  if (draw < 0.6) return groups.join(' ');
  if (draw < 0.67) return groups.join('.');
  if (draw < 0.71) return groups.join('-');
  if (draw < 0.81) return e164;
  if (draw < 0.86) return e164.slice(1);
  if (draw < 0.89) return `+84 ${national.slice(1, 3)} ${national.slice(3, 6)} ${national.slice(6)}`;
  if (draw < 0.91) return `0084${national.slice(1)}`;
  if (draw < 0.93) return `(+84) ${national.slice(1)}`;
  if (draw < 0.95) return `+84(0)${national.slice(1)}`;
  if (draw < 0.975) return national.slice(1); // the leading zero lost in a spreadsheet
  return ` ${national} `;
}

/** What a spreadsheet makes of a number: nobody can tell its digits with certainty, so it ties nobody. */
export function floatPhone(e164: string): string {
  return `${e164.slice(3)}.0`;
}

/** Two neighbouring digits swapped. */
export function mistypedPhone(random: Random, e164: string): string {
  const at = random.between(6, 10);
  return e164.slice(0, at) + e164.slice(at + 1, at + 2) + e164.slice(at, at + 1) + e164.slice(at + 2);
}
