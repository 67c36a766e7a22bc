import { atDaytime, day, secondsOf } from './calendar.js';
import type { Random, Weights } from './random.js';
import { drawName, familyNames, fullName, type Name } from './vietnam/names.js';
import { drawMobile } from './vietnam/phones.js';
import { drawHome, provinces, type Home } from './vietnam/provinces.js';
import { unaccented } from './vietnam/text.js';

export type FirstChannel =
  'email' | 'social_ads' | 'search' | 'organic' | 'referral' | 'store' | 'marketplace';
/** Where somebody buys. */
export type Place = 'own_site' | 'guest' | 'marketplace' | 'store';

export interface Household {
  readonly id: number;
  readonly home: Home;
  /** The number that several members give at the till, when the family shares one. */
  readonly sharedPhone: string | null;
}

export interface Person {
  readonly id: number;
  readonly household: Household;
  readonly name: Name;
  readonly fullName: string;
  readonly sex: 'F' | 'M';
  readonly birthDate: string;
  readonly age: number;
  readonly phone: string;
  /** The number before `phoneSince`, for those who changed it. */
  readonly formerPhone: string | null;
  readonly phoneSince: number;
  readonly email: string | null;
  readonly otherEmail: string | null;
  /** anonymous: never says who they are; lead: leaves contact details and never buys; buyer: buys. */
  readonly kind: 'anonymous' | 'lead' | 'buyer';
  readonly firstChannel: FirstChannel;
  /** When the first touch is; before the story for old customers. */
  readonly firstAt: number;
  /** Part of the March 2025 campaign's cohort, most of whom leave. */
  readonly isMarchCohort: boolean;
  /** From here on they buy nothing. */
  readonly leavesAt: number;
  /** Days between purchases while they stay, on average. */
  readonly rhythm: number;
  readonly places: Weights<Place>;
  readonly hasApp: boolean;
  readonly usesEmail: boolean;
}

const buyersChannels: Weights<FirstChannel> = [
  ['organic', 24],
  ['search', 14],
  ['social_ads', 18],
  ['email', 9],
  ['referral', 9],
  ['store', 18],
  ['marketplace', 8],
];

/** Men of 35 to 50 come by mail links, women of 15 to 25 by social ads: planted, far above everyone else's share. */
export const planted = {
  menByEmail: 0.5,
  womenBySocialAds: 0.6,
  marchLeaves: 0.75,
  otherLeaves: 0.18,
} as const;

export function inMenGroup(person: Pick<Person, 'sex' | 'age'>): boolean {
  return person.sex === 'M' && person.age >= 35 && person.age <= 50;
}

export function inWomenGroup(person: Pick<Person, 'sex' | 'age'>): boolean {
  return person.sex === 'F' && person.age >= 15 && person.age <= 25;
}

const ageBands: Weights<readonly [number, number]> = [
  [[15, 25], 20],
  [[26, 34], 28],
  [[35, 50], 36],
  [[51, 72], 16],
];

/** `number`: any that no other household has, such as the number of its first member. */
export function drawHousehold(
  random: Random,
  number: number,
  size: number,
): Household & { readonly family: string } {
  const province = random.weighted(provinces);
  return {
    id: number,
    home: drawHome(random, province),
    sharedPhone: size >= 3 && random.chance(0.6) ? drawMobile(random, number * 3) : null,
    family: random.weighted(familyNames),
  };
}

export function drawPerson(
  random: Random,
  number: number,
  household: Household & { readonly family: string },
  position: number,
  span: { readonly start: number; readonly end: number },
): Person {
  const sex = random.chance(0.57) ? 'F' : 'M';
  const [low, high] = random.weighted(ageBands);
  const age = random.between(low, high);
  const birthYear = Number(new Date(span.end * 1000).toISOString().slice(0, 4)) - age;
  const birthDate = `${String(birthYear)}-${two(random.between(1, 6))}-${two(random.between(1, 28))}`;
  const family = position > 0 && random.chance(0.65) ? household.family : random.weighted(familyNames);
  const name = drawName(random, sex, position === 0 ? household.family : family);
  const kind = random.weighted([
    ['anonymous', 11],
    ['lead', 12],
    ['buyer', 77],
  ] as const);
  const isOld = random.chance(0.3);
  const march = secondsOf('2025-03-01');
  const inMarch = march >= span.start && march + 14 * day < span.end && !isOld && random.chance(0.12);
  const moment = isOld
    ? span.start - random.between(20, 900) * day
    : inMarch
      ? march + Math.floor(random.next() * 14 * day)
      : span.start + Math.floor(random.next() * (span.end - span.start - 20 * day));
  const firstAt = atDaytime(random, moment, -Infinity, Infinity);
  const leaves = random.chance(inMarch ? planted.marchLeaves : planted.otherLeaves);
  const stay = (inMarch ? random.between(5, 60) : random.between(40, 330)) * day;
  const changedPhone = random.chance(0.06);
  const hasEmail = kind === 'anonymous' || random.chance(0.8);
  return {
    id: number,
    household,
    name,
    fullName: fullName(name),
    sex,
    birthDate,
    age,
    phone: drawMobile(random, number * 3 + 1),
    formerPhone: changedPhone ? drawMobile(random, number * 3 + 2) : null,
    phoneSince: changedPhone ? span.start + Math.floor(random.next() * (span.end - span.start)) : 0,
    email: hasEmail ? drawEmail(random, name, birthYear, number) : null,
    otherEmail: hasEmail && random.chance(0.07) ? drawEmail(random, name, birthYear, number) : null,
    kind,
    firstChannel: drawFirstChannel(random, sex, age, kind),
    firstAt,
    isMarchCohort: inMarch && kind === 'buyer',
    leavesAt: leaves ? Math.max(firstAt, span.start) + stay : Infinity,
    rhythm: random.weighted([
      [75, 6],
      [170, 19],
      [380, 40],
      [1000, 40],
    ] as const),
    places: random.weighted([
      [
        [
          ['own_site', 8],
          ['store', 2],
        ],
        21,
      ],
      [
        [
          ['store', 9],
          ['guest', 1],
        ],
        33,
      ],
      [
        [
          ['marketplace', 9],
          ['own_site', 1],
        ],
        17,
      ],
      [
        [
          ['own_site', 3],
          ['store', 4],
          ['marketplace', 3],
        ],
        18,
      ],
      [
        [
          ['guest', 7],
          ['marketplace', 3],
        ],
        9,
      ],
    ] as const),
    hasApp: random.chance(0.1),
    usesEmail: random.chance(0.75),
  };
}

function drawFirstChannel(random: Random, sex: 'F' | 'M', age: number, kind: Person['kind']): FirstChannel {
  if (kind === 'anonymous') return random.pick(['organic', 'search', 'social_ads']);
  if (inMenGroup({ sex, age }) && random.chance(planted.menByEmail)) return 'email';
  if (inWomenGroup({ sex, age }) && random.chance(planted.womenBySocialAds)) return 'social_ads';
  return random.weighted(buyersChannels);
}

/** At a domain that RFC 2606 reserves, so that it is nobody's. */
function drawEmail(
  random: Random,
  { family, middle, given }: Name,
  birthYear: number,
  number: number,
): string {
  const [f, m, g] = [family, middle.split(' ').at(-1) ?? '', given].map((part) =>
    unaccented(part).toLowerCase().replaceAll(' ', ''),
  );
  const year = String(birthYear).slice(2);
  const local = random.pick([
    `${g ?? ''}.${f ?? ''}`,
    `${f ?? ''}${m ?? ''}${g ?? ''}`,
    `${g ?? ''}${year}`,
    `${m ?? ''}${g ?? ''}.${f ?? ''}`,
  ]);
  const domain = random.weighted([
    ['example.com', 6],
    ['example.net', 3],
    ['example.org', 1],
  ] as const);
  return `${local}${String(number)}@${domain}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
