import { dateOf, day, secondsOf } from './calendar.js';

export interface Campaign {
  readonly id: string;
  readonly name: string;
  readonly channel: 'email' | 'facebook_ads' | 'google_ads' | 'tiktok_ads' | 'zalo';
  readonly start: number;
  readonly end: number;
  readonly cost: number;
}

/** The occasions of a year, `mm-dd`, days of running, channels. */
const occasions = [
  ['01-05', 20, 'Sắm Tết', ['email', 'facebook_ads', 'tiktok_ads']],
  ['03-01', 14, 'Quốc tế Phụ nữ 8/3', ['email', 'facebook_ads']],
  ['05-15', 20, 'Hè mát lành', ['google_ads', 'zalo']],
  ['09-05', 8, 'Sale 9.9', ['email', 'tiktok_ads', 'facebook_ads']],
  ['10-12', 10, 'Phụ nữ Việt Nam 20/10', ['email', 'google_ads']],
  ['11-07', 8, 'Sale 11.11', ['email', 'tiktok_ads', 'facebook_ads', 'google_ads']],
] as const;

/** The campaigns of a span of time, numbered in order. */
export function campaignsBetween(from: number, to: number): readonly Campaign[] {
  const found: Omit<Campaign, 'id'>[] = [];
  const firstYear = Number(dateOf(from).slice(0, 4));
  const lastYear = Number(dateOf(to).slice(0, 4));
  for (let year = firstYear; year <= lastYear; year++) {
    for (const [start, days, name, channels] of occasions) {
      const begin = secondsOf(`${String(year)}-${start}`);
      if (begin < from || begin >= to) continue;
      channels.forEach((channel, index) => {
        const cost = channel === 'email' ? 3_000_000 : 12_000_000 + index * 4_000_000 + days * 500_000;
        found.push({ name: `${name} ${String(year)}`, channel, start: begin, end: begin + days * day, cost });
      });
    }
    // advertisements that always run
    for (const channel of ['facebook_ads', 'google_ads', 'tiktok_ads'] as const) {
      const begin = Math.max(from, secondsOf(`${String(year)}-01-01`));
      const end = Math.min(to, secondsOf(`${String(year + 1)}-01-01`));
      if (end > begin)
        found.push({ name: `Thương hiệu ${String(year)}`, channel, start: begin, end, cost: 60_000_000 });
    }
    // the monthly newsletter
    for (let month = 1; month <= 12; month++) {
      const begin = secondsOf(`${String(year)}-${String(month).padStart(2, '0')}-03`);
      if (begin < from || begin >= to) continue;
      found.push({
        name: `Bản tin tháng ${String(month)}/${String(year)}`,
        channel: 'email',
        start: begin,
        end: begin + 7 * day,
        cost: 500_000,
      });
    }
  }
  return found
    .sort((a, b) => a.start - b.start || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .map((campaign, index) => ({ id: `CMP${String(index + 1).padStart(2, '0')}`, ...campaign }));
}
