import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Deadlines } from '../../../src/postgres/statements/deadlines.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('what is still there after its time is told of once, what was taken away is not', () => {
  const due: string[] = [];
  const deadlines = new Deadlines<string>(1_000, (item) => due.push(item));
  deadlines.add('a');
  vi.advanceTimersByTime(400);
  const b = deadlines.add('b');
  deadlines.add('c');
  deadlines.delete(b);
  expect(b.item).toBeUndefined();
  vi.advanceTimersByTime(599);
  expect(due).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(due).toEqual(['a']);
  vi.advanceTimersByTime(400);
  expect(due).toEqual(['a', 'c']);
  // the timer rests, and wakes with the next
  expect(vi.getTimerCount()).toBe(0);
  deadlines.add('d');
  vi.advanceTimersByTime(1_000);
  expect(due).toEqual(['a', 'c', 'd']);
  deadlines.add('e');
  deadlines.clear();
  expect(vi.getTimerCount()).toBe(0);
});

test('one that is added again when it is told of waits as long again', () => {
  const due: number[] = [];
  const deadlines = new Deadlines<string>(1_000, (item) => {
    due.push(Date.now() - started);
    if (due.length < 3) deadlines.add(item);
  });
  const started = Date.now();
  deadlines.add('a');
  vi.advanceTimersByTime(10_000);
  expect(due).toEqual([1_000, 2_000, 3_000]);
});

test('of thousands that come and go in any order the line tells of those that stayed', () => {
  const due: number[] = [];
  const deadlines = new Deadlines<number>(1_000, (item) => due.push(item));
  const stayed: number[] = [];
  for (let item = 0; item < 5_000; item += 1) {
    const deadline = deadlines.add(item);
    if (item % 7 === 3) stayed.push(item);
    else deadlines.delete(deadline);
  }
  vi.advanceTimersByTime(1_000);
  expect(due).toEqual(stayed);
  expect(vi.getTimerCount()).toBe(0);
});
