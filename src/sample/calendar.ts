import type { Random } from './random.js';

export const minute = 60;
export const hour = 3600;
export const day = 86_400;
/** Asia/Ho_Chi_Minh has been seven hours ahead all year round since 1975. */
const zone = 7 * hour;

/** The first day of the lunar year. */
const tetDays = [
  '2020-01-25',
  '2021-02-12',
  '2022-02-01',
  '2023-01-22',
  '2024-02-10',
  '2025-01-29',
  '2026-02-17',
  '2027-02-06',
  '2028-01-26',
  '2029-02-13',
  '2030-02-03',
].map((text) => localDay(secondsOf(text)));

/** Unix seconds of local midnight of `yyyy-mm-dd`. */
export function secondsOf(isoDay: string): number {
  return Date.parse(`${isoDay}T00:00:00Z`) / 1000 - zone;
}

/** Days since 1970 on the local calendar. */
export function localDay(seconds: number): number {
  return Math.floor((seconds + zone) / day);
}

/** `yyyy-mm-dd` on the local calendar. */
export function dateOf(seconds: number): string {
  return new Date((seconds + zone) * 1000).toISOString().slice(0, 10);
}

/** `2025-03-02T08:15:09Z` */
export function timeOf(seconds: number): string {
  return `${new Date(Math.floor(seconds) * 1000).toISOString().slice(0, 19)}Z`;
}

/** `02/03/2025 15:15`, local, as a till prints it. */
export function wallClockOf(seconds: number): string {
  const text = new Date((seconds + zone) * 1000).toISOString();
  return `${text.slice(8, 10)}/${text.slice(5, 7)}/${text.slice(0, 4)} ${text.slice(11, 16)}`;
}

/** Days from the nearest Tết: -10 is ten days before, 2 the third day of the year. */
export function daysFromTet(localDayNumber: number): number {
  let best = 10_000;
  for (const tet of tetDays) {
    if (Math.abs(localDayNumber - tet) < Math.abs(best)) best = localDayNumber - tet;
  }
  return best;
}

/** How much more is bought on a day than on a plain weekday; at most {@link busiest}. */
export function season(seconds: number, online: boolean): number {
  const number = localDay(seconds);
  const weekday = (number + 4) % 7; // 0 is Sunday
  const date = dateOf(seconds).slice(5);
  let factor = weekday === 0 || weekday === 6 ? 1.25 : 1;
  const tet = daysFromTet(number);
  if (tet >= -28 && tet < -1) factor *= 1.5 + (28 + tet) * 0.06;
  else if (tet >= -1 && tet <= 5) factor *= 0.15;
  else if (tet > 5 && tet <= 20) factor *= 0.7;
  if (online && ['09-09', '10-10', '11-11', '12-12'].includes(date)) factor *= 2.4;
  else if (date === '03-08' || date === '10-20') factor *= 1.6;
  return factor;
}

/** The most that `season` answers. */
export const busiest = 4;

/** A moment in [from, to), likelier on busy days and between 7 and 23 o'clock; undefined when the span is empty. */
export function moment(random: Random, from: number, to: number, online = true): number | undefined {
  if (to <= from) return undefined;
  for (let attempt = 0; attempt < 40; attempt++) {
    const at = from + Math.floor(random.next() * (to - from));
    if (random.next() * busiest < season(at, online)) return atDaytime(random, at, from, to);
  }
  return atDaytime(random, from + Math.floor(random.next() * (to - from)), from, to);
}

/** The same local day, at an hour when people are awake, if that stays within the span. */
export function atDaytime(random: Random, at: number, from: number, to: number): number {
  const midnight = localDay(at) * day - zone;
  const moved = midnight + 7 * hour + Math.floor(((random.next() + random.next()) / 2) * 16 * hour);
  return moved >= from && moved < to ? moved : at;
}
