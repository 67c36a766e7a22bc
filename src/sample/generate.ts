import { campaignsBetween } from './campaigns.js';
import { Effects, plantedEffects } from './effects.js';
import { Ledger, type SampleRow } from './ledger.js';
import { sampleOptions, spanOf, windowOf, type SampleOptions } from './options.js';
import { drawHousehold, drawPerson } from './person.js';
import { Random } from './random.js';
import { openAccount } from './story/businesses.js';
import { live } from './story/life.js';
import type { World } from './story/scene.js';
import { MoreVisits } from './story/more-visits.js';
import { openShop } from './story/shop.js';

/**
 * The sample shop's raw rows and their truth, household by household: memory stays flat however many people there are.
 * The same options give the same rows in the same order on every machine.
 */
export function* generate(given: Partial<SampleOptions> = {}): Generator<SampleRow, void, undefined> {
  const options = sampleOptions(given);
  const { start, end } = spanOf(options);
  const ledger = new Ledger(start, end, windowOf(options));
  const more =
    options.events === undefined ? undefined : new MoreVisits({ ...options, events: options.events });
  const effects = new Effects();
  const world: World = {
    start,
    end,
    ledger,
    effects,
    campaigns: campaignsBetween(start, end),
    recentMembers: [],
  };
  openShop(world, options.seed);
  yield* ledger.take();
  for (let number = 1; number <= options.customers;) {
    const random = new Random(options.seed, number);
    const size = Math.min(random.weighted(sizes), options.customers - number + 1);
    const household = drawHousehold(random, number, size);
    const accountId = random.chance(0.015) ? openAccount(world, random) : null;
    for (let position = 0; position < size; position++) {
      live(
        world,
        random,
        drawPerson(random, number + position, household, position, { start, end }),
        position === 0 ? accountId : null,
        more,
      );
    }
    number += size;
    yield* ledger.take();
  }
  for (const [effect, group, measure, planted] of plantedEffects) {
    ledger.truth('effects', {
      effect,
      group,
      measure,
      planted,
      observed: effects.mean(group),
      count: effects.count(group),
    });
  }
  yield* ledger.take();
}

const sizes = [
  [1, 45],
  [2, 25],
  [3, 18],
  [4, 12],
] as const;
