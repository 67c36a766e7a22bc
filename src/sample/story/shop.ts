import { dateOf, day, secondsOf, timeOf } from '../calendar.js';
import { categories, products, stores } from '../catalogue.js';
import { Random } from '../random.js';
import { asWritten } from '../vietnam/text.js';
import { experiments } from './experiments.js';
import type { World } from './scene.js';
import { surveys } from './surveys.js';

/** What is the shop's own: products, stores, campaigns, surveys, experiments, what its employees say. */
export function openShop(world: World, seed: number): void {
  const { ledger, start, campaigns } = world;
  const random = new Random(seed, -1);
  const known = (relation: string, values: Parameters<typeof ledger.row>[3], at = start): void => {
    ledger.row(random, relation, at, values, { late: 0 });
  };
  for (const [id, name, parent] of categories) {
    known('raw_ecommerce.categories', { category_id: id, name, parent_id: parent });
  }
  products.forEach((product, index) => {
    known('raw_ecommerce.products', {
      product_id: product.id,
      sku: product.sku,
      name: product.name,
      category_id: product.categoryId,
      brand: product.brand,
      price: product.price,
      cost: Math.round((product.price * (58 + (index % 5) * 3)) / 100_000) * 1000,
      launched_on: dateOf(start - random.between(30, 1200) * day),
    });
  });
  for (const store of stores) {
    known('raw_pos.stores', {
      store_id: store.id,
      name: store.name,
      address: store.address,
      province: store.province,
      latitude: store.latitude,
      longitude: store.longitude,
      opened_on: store.openedOn,
    });
  }
  for (const campaign of campaigns) {
    known(
      'raw_marketing.campaigns',
      {
        campaign_id: campaign.id,
        name: campaign.name,
        channel: campaign.channel,
        started_on: dateOf(campaign.start),
        ended_on: dateOf(campaign.end),
        cost: campaign.cost,
        currency: 'VND',
      },
      campaign.start,
    );
  }
  for (const [id, kind, question, low, high, version, sentAfter] of surveys) {
    known('raw_survey.surveys', {
      survey_id: id,
      kind,
      question,
      scale_min: low,
      scale_max: high,
      version,
      sent_after: sentAfter,
    });
  }
  for (const experiment of experiments) {
    known(
      'raw_experiments.experiments',
      {
        experiment_id: experiment.id,
        name: experiment.name,
        hypothesis: experiment.hypothesis,
        metric: experiment.metric,
        started_on: experiment.start,
        ended_on: experiment.end,
      },
      secondsOf(experiment.start),
    );
  }
  employees(world, random);
}

const words = [
  'Được góp ý thoải mái',
  'Ca tối hơi dài',
  'Kho thiếu người dịp Tết',
  'Quản lý quan tâm nhân viên',
  'Hệ thống kho hay lỗi',
];

/** Forty employees answer every quarter. */
function employees({ ledger, start, end }: World, random: Random): void {
  for (let round = start + 60 * day; round < end; round += 91 * day) {
    for (let employee = 1; employee <= 40; employee++) {
      if (!random.chance(0.7)) continue;
      const department =
        employee <= 18 ? 'sales' : employee <= 26 ? 'support' : employee <= 34 ? 'warehouse' : 'office';
      const at = round + random.between(0, 9 * 24 * 60) * 60;
      const score = Math.max(
        0,
        Math.min(10, Math.round(random.normal(department === 'warehouse' ? 6.4 : 8, 1.7))),
      );
      ledger.row(random, 'raw_hr.employee_feedback', at, {
        feedback_id: ledger.key('H', 4),
        employee_id: `NV${String(employee).padStart(2, '0')}`,
        department,
        store_id: department === 'sales' ? (stores[employee % stores.length]?.id ?? null) : null,
        score: String(score),
        comment: random.chance(0.3) ? asWritten(random, random.pick(words)) : null,
        submitted_at: timeOf(at),
      });
    }
  }
}
