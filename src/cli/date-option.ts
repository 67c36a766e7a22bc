import { InvalidArgumentError } from 'commander';

/** A day of the calendar, as UTC midnight. */
export function dateOption(text: string): Date {
  const date = new Date(`${text}T00:00:00Z`);
  if (
    !/^\d{4}-\d\d-\d\d$/.test(text) ||
    Number.isNaN(date.getTime()) ||
    date.toISOString().slice(0, 10) !== text
  ) {
    throw new InvalidArgumentError('Write a day as 2027-12-31.');
  }
  return date;
}
