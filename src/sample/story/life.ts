import { atDaytime, busiest, dateOf, day, hour, moment, season, timeOf } from '../calendar.js';
import { inMenGroup, inWomenGroup, type Person } from '../person.js';
import type { Random } from '../random.js';
import { interviewNotes } from '../words/comments.js';
import { account, contact } from './accounts.js';
import { abandonedCart } from './abandoned-cart.js';
import { marketplaceOrder } from './marketplace-order.js';
import { siteOrder } from './site-order.js';
import { appVisit, browse, firstTouch, laterTouch, mailed, socialLife } from './reach.js';
import { browserOf, emailAt, takeLanding, type Scene, type World } from './scene.js';
import { visit } from './site.js';
import { storePurchase, storeVisit } from './store.js';
import type { MoreVisits } from './more-visits.js';
import { complain } from './support.js';

/** Everything that one person does in the story; the rows go to the ledger. */
export function live(
  world: World,
  random: Random,
  person: Person,
  accountId: string | null,
  more?: MoreVisits,
): void {
  const scene: Scene = {
    ...world,
    random,
    person,
    browsers: [],
    contactId: null,
    customerId: null,
    memberNo: null,
    deviceId: null,
    profile: null,
    landing: null,
    buyers: new Map(),
    boughtAt: [],
    assignments: [],
  };
  const begin = Math.max(person.firstAt, world.start);
  if (person.kind === 'anonymous') wander(scene, begin);
  else {
    arrive(scene, begin);
    if (accountId !== null) contact(scene, begin + hour, 'event', accountId);
    if (person.kind === 'buyer') buy(scene, begin);
    hear(scene, begin);
    aside(scene, begin);
  }
  more?.of(scene, begin);
  tell(scene, world.ledger.closePerson(person.id));
}

/** Looks, never says who they are. */
function wander(scene: Scene, begin: number): void {
  const { random, end } = scene;
  browse(scene, begin, firstTouch(scene, begin));
  for (let i = random.between(0, 1); i > 0; i--) {
    const at = moment(random, begin, Math.min(end, begin + 90 * day));
    if (at !== undefined) browse(scene, at);
  }
}

/** The first touch, and the records that a newcomer leaves. */
function arrive(scene: Scene, begin: number): void {
  const { random, person } = scene;
  const isOld = person.firstAt < scene.start;
  const online = !['store', 'marketplace'].includes(person.firstChannel);
  if (isOld) contact(scene, person.firstAt, random.pick(['showroom', 'hotline', 'event', 'facebook']));
  else if (online) {
    const source = firstTouch(scene, begin);
    const email = emailAt(scene);
    const signsUp = person.kind === 'lead' || person.firstChannel === 'email' || random.chance(0.15);
    visit(scene, {
      browser: takeLanding(scene),
      at: begin,
      source,
      until: 'look',
      ...(signsUp ? { email } : {}),
    });
  } else if (person.firstChannel === 'store') storeVisit(scene, begin, false);
  const isKnown = person.kind === 'lead' || random.chance(0.42);
  if (isKnown && !isOld)
    contact(
      scene,
      begin + random.between(1, 20) * hour,
      person.firstChannel === 'referral'
        ? 'referral'
        : random.pick(['website', 'facebook', 'hotline', 'showroom']),
    );
  if (isKnown && random.chance(0.1))
    contact(scene, begin + random.between(20, 200) * day, random.pick(['hotline', 'event']));
}

/** Purchases at the person's rhythm until they leave or the story ends. */
function buy(scene: Scene, begin: number): void {
  const { random, person, effects, end } = scene;
  const until = Math.min(end, person.leavesAt);
  let at =
    begin + (person.isMarchCohort ? random.between(1, 6) * hour : Math.round(random.exponential(6 * day)));
  let isFirst = true;
  while (at < until) {
    const when = atDaytime(random, at, at, until);
    purchase(scene, when, person.isMarchCohort && isFirst);
    isFirst = false;
    at = nextWish(random, when + day, person.rhythm * day, until);
  }
  for (const { experimentId, arm, at: assignedAt } of scene.assignments) {
    if (experimentId !== 'X1') continue;
    const within = (moment_: number): boolean => moment_ >= assignedAt && moment_ < assignedAt + 30 * day;
    const undecided = moment(random, assignedAt + hour, Math.min(end, assignedAt + 25 * day));
    if (
      undecided !== undefined &&
      !scene.boughtAt.some(within) &&
      random.chance(arm === 'treatment' ? 0.35 : 0.15)
    )
      siteOrder(scene, undecided, false);
    effects.add(`X1 order: ${arm}`, scene.boughtAt.some(within) ? 1 : 0);
  }
}

/** When they buy again: a Poisson process, thinned so that busy days are busy and Tết is quiet. */
function nextWish(random: Random, from: number, mean: number, until: number): number {
  let at = from;
  do at += Math.round(random.exponential(mean / busiest));
  while (at < until && random.next() * busiest >= season(at, true));
  return at;
}

function purchase(scene: Scene, at: number, isMarchOrder: boolean): void {
  const { random, person } = scene;
  let place = random.weighted(person.places);
  if (isMarchOrder) place = 'own_site';
  if (place === 'store') {
    storePurchase(scene, at);
    return;
  }
  if (place === 'marketplace') {
    marketplaceOrder(scene, at);
    return;
  }
  if (random.chance(0.2)) browse(scene, at - random.between(5, 60) * hour);
  if (place === 'guest') {
    siteOrder(scene, at, true);
    return;
  }
  const source = laterTouch(scene, at - 240);
  const browser = scene.landing ?? browserOf(scene);
  scene.landing = browser;
  if (scene.customerId === null) account(scene, at - 120, browser);
  else if (random.chance(0.02)) account(scene, at - 120, browser);
  siteOrder(scene, at, false, source);
}

/** What comes between purchases: looking, leaving carts, mails, social media, the app. */
function hear(scene: Scene, begin: number): void {
  const { random, person, end } = scene;
  const until = Math.min(end, person.leavesAt === Infinity ? end : person.leavesAt + 30 * day);
  const months = (until - begin) / (30 * day);
  const online = person.places.some(([place]) => place === 'own_site' || place === 'guest');
  times(random, months * (online ? 0.035 : 0.012), () => {
    const at = moment(random, begin, until);
    if (at !== undefined) browse(scene, at, laterTouch(scene, at));
  });
  times(random, months * (online ? 0.028 : 0.008), () => {
    const at = moment(random, begin, until);
    if (at !== undefined) abandonedCart(scene, at, laterTouch(scene, at));
  });
  if (person.usesEmail && person.email !== null) {
    times(random, months * 0.045, () => {
      const at = moment(random, begin, until);
      if (at !== undefined) mailed(scene, at, false);
    });
  }
  if (random.chance(0.1)) {
    const at = moment(random, begin, until);
    if (at !== undefined)
      socialLife(
        scene,
        at,
        person.leavesAt < Infinity ? 'negative' : random.pick(['positive', 'positive', 'neutral']),
      );
  }
  if (person.hasApp) {
    times(random, months * 0.28, () => {
      const at = moment(random, begin, until);
      if (at !== undefined) appVisit(scene, at);
    });
  }
}

/** Questions without an order, and a few long talks. */
function aside(scene: Scene, begin: number): void {
  const { random, ledger, contactId, end } = scene;
  if (random.chance(0.12)) {
    const at = moment(random, begin, end);
    if (at !== undefined) complain(scene, at, false, null);
  }
  if (contactId === null || !random.chance(0.012)) return;
  const at = moment(random, begin, end);
  if (at === undefined) return;
  const id = ledger.key('IV', 3);
  for (const [question, note, codes] of interviewNotes) {
    if (!random.chance(0.6)) continue;
    ledger.row(random, 'raw_research.interviews', at, {
      interview_id: id,
      contact_id: contactId,
      interviewer: random.pick(['Lan', 'Minh']),
      held_on: dateOf(at),
      question,
      note,
      codes,
    });
  }
}

/** Writes the person into the truth and counts the planted effects. */
function tell(scene: Scene, records: number): void {
  const { person, ledger, effects } = scene;
  ledger.truth('people', {
    person_id: person.id,
    full_name: person.fullName,
    sex: person.sex,
    birth_date: person.birthDate,
    province: person.household.home.province.new,
    household_id: person.household.id,
    kind: person.kind,
    first_channel: person.firstChannel,
    first_at: timeOf(person.firstAt),
    is_march_cohort: person.isMarchCohort,
    left_on:
      person.leavesAt < scene.end && scene.boughtAt.length > 0 ? dateOf(Math.max(...scene.boughtAt)) : null,
    phone: person.phone,
    email: person.email,
    purchases: scene.boughtAt.length,
    records,
  });
  if (person.kind !== 'anonymous' && person.firstAt >= scene.start) {
    const men = inMenGroup(person);
    const women = inWomenGroup(person);
    effects.add(`first by email: ${men ? 'men 35-50' : 'others'}`, person.firstChannel === 'email' ? 1 : 0);
    effects.add(
      `first by social ads: ${women ? 'women 15-25' : 'others'}`,
      person.firstChannel === 'social_ads' ? 1 : 0,
    );
  }
  if (scene.boughtAt.length > 0) {
    effects.add(
      `leaves: ${person.isMarchCohort ? 'March 2025 cohort' : 'other buyers'}`,
      person.leavesAt < scene.end ? 1 : 0,
    );
  }
}

/** Does it as often as a Poisson draw of that mean says. */
function times(random: Random, mean: number, act: () => void): void {
  let left = mean;
  for (;;) {
    left -= random.exponential(1);
    if (left < 0) return;
    act();
  }
}
