import { day, moment } from '../calendar.js';
import { everyday } from '../catalogue.js';
import type { Person } from '../person.js';
import { Random } from '../random.js';
import type { Scene } from './scene.js';
import { visit } from './site.js';

/**
 * Visits beyond the story's own, so that about as many raw rows are written as were asked for. They draw from numbers
 * and count keys of their own (WB0000001): every other row is what it is without them. How many a person makes differs
 * much, as in life; their mean follows what is still wanting, so that the whole comes close whatever the story brings.
 */
export class MoreVisits {
  #people = 0;
  #rows = 0;
  #visits = 0;

  constructor(
    private readonly asked: { readonly seed: number; readonly customers: number; readonly events: number },
  ) {}

  /** The person's, once their own story is told. */
  of(scene: Scene, begin: number): void {
    const random = new Random(this.asked.seed ^ 0x2545f491, scene.person.id);
    for (let left = this.#drawn(random, scene.ledger.written); left > 0; left--) {
      const at = moment(random, begin, lastVisit(scene));
      if (at === undefined) break;
      const first = scene.ledger.written;
      this.#browse({ ...scene, random }, at);
      this.#rows += scene.ledger.written - first;
      this.#visits += 1;
    }
    this.#people += 1;
  }

  #drawn(random: Random, written: number): number {
    const people = this.asked.customers - this.#people;
    // what the rest will tell by themselves: as much as people told until now, this one among them
    const own = (written - this.#rows) / (this.#people + 1);
    const perVisit = this.#visits < 20 ? 4.5 : this.#rows / this.#visits;
    const mean = (this.asked.events - written - own * (people - 1)) / people / perVisit;
    return Math.floor(random.exponential(Math.max(0, mean)) + random.next());
  }

  /** A few things looked at, one after the other, on the browser that the person has. */
  #browse(scene: Scene, start: number): void {
    const { random, person, browsers } = scene;
    if (browsers.length === 0) browsers.push(`av${String(person.id).padStart(6, '0')}`);
    const browser = random.pick(browsers);
    const customerId = random.chance(0.2) ? scene.customerId : null;
    let at = start;
    for (let pages = random.between(1, 5); pages > 0; pages--) {
      at = visit(scene, {
        browser,
        at,
        until: 'look',
        prefix: 'WB',
        ...(random.chance(0.8) ? { product: random.weighted(everyday) } : {}),
        ...(pages === 1 ? {} : { source: none }),
        customerId,
      });
    }
  }
}

/** Straight to the site. */
const none = { source: null, medium: null, campaign: null, referrer: null };

function lastVisit({ end, person }: { readonly end: number; readonly person: Person }): number {
  return person.leavesAt === Infinity ? end : Math.min(end, person.leavesAt + 30 * day);
}
