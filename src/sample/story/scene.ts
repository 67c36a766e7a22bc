import type { Campaign } from '../campaigns.js';
import type { Effects } from '../effects.js';
import type { Ledger } from '../ledger.js';
import type { Person } from '../person.js';
import type { Random } from '../random.js';
import { mistypedPhone, writtenPhone } from '../vietnam/phones.js';

/** What is the same for everybody. */
export interface World {
  readonly start: number;
  readonly end: number;
  readonly ledger: Ledger;
  readonly effects: Effects;
  readonly campaigns: readonly Campaign[];
  /** Cards made lately, for referrals. */
  readonly recentMembers: string[];
}

/** One person and what they have come to hold so far. */
export interface Scene extends World {
  readonly random: Random;
  readonly person: Person;
  readonly browsers: string[];
  contactId: string | null;
  customerId: string | null;
  memberNo: string | null;
  deviceId: string | null;
  profile: { readonly platform: string; readonly id: string } | null;
  /** The browser that a mail or advertisement has just led to the site. */
  landing: string | null;
  readonly buyers: Map<string, string>;
  /** Ends of purchases written so far, seconds. */
  readonly boughtAt: number[];
  readonly assignments: { readonly experimentId: string; readonly arm: string; readonly at: number }[];
}

/** A phone as a record holds it, and the key that it bears for the truth (null when it ties nobody). */
export interface WrittenPhone {
  readonly text: string | null;
  readonly key: string | null;
  readonly e164: string | null;
}

/** The person's number at that time, as typed; now and then with two digits swapped. */
export function phoneAt({ random, person, start }: Scene, at: number, slip = 0.01): WrittenPhone {
  let e164 = person.formerPhone !== null && at < person.phoneSince ? person.formerPhone : person.phone;
  if (random.chance(slip)) e164 = mistypedPhone(random, e164);
  return { text: writtenPhone(random, e164, person.firstAt < start && random.chance(0.2)), key: e164, e164 };
}

/** The person's address as typed, and its key. */
export function emailAt({ random, person }: Scene): {
  readonly text: string | null;
  readonly key: string | null;
} {
  const email = person.otherEmail !== null && random.chance(0.35) ? person.otherEmail : person.email;
  if (email === null) return { text: null, key: null };
  const draw = random.next();
  if (draw < 0.05) return { text: email.toUpperCase(), key: email };
  if (draw < 0.1) return { text: ` ${email}`, key: email };
  if (draw < 0.14) return { text: `${email.slice(0, 1).toUpperCase()}${email.slice(1)}`, key: email };
  if (draw < 0.15) return { text: email.replace('@', ''), key: null };
  return { text: email, key: email };
}

/** One of the person's browsers: the first mostly, sometimes another or a new one. */
export function browserOf({ random, browsers, ledger }: Scene): string {
  const first = browsers[0];
  if (first === undefined || random.chance(browsers.length === 1 ? 0.16 : 0.05)) {
    const made = `a${ledger.key('', 6)}`;
    browsers.push(made);
    return made;
  }
  return random.chance(0.75) ? first : random.pick(browsers);
}

/** The browser of the visit that begins now. */
export function takeLanding(scene: Scene): string {
  const browser = scene.landing ?? browserOf(scene);
  scene.landing = null;
  return browser;
}
