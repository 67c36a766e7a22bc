import { ThauError } from '../errors/thau-error.js';
import type { Read } from './field.js';
import type { PrivacySettings } from './settings.js';
import type { thauYml } from './thau-yml.js';

const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** The section `privacy` of thau.yml with its defaults: those of Law 91/2025/QH15 and Decree 356/2025. */
export function privacySettings(set: Read<(typeof thauYml)['privacy']['fields']>): PrivacySettings {
  const { deadlines = {} } = set;
  return {
    subject: set.subject ?? 'customers.customer_id',
    identifiers: set.identifiers ?? 'identities.identifier_value',
    moved: set.moved ?? 'customer_moves.previous_customer_id',
    sources: set.sources ?? 'delete',
    again: set.again ?? 'erase',
    workingDays: (set.working_days ?? days.slice(0, 5)).map(dayOfWeek),
    holidays: set.holidays,
    deadlines: {
      access: deadlines.access ?? 2,
      erase: deadlines.erase ?? 2,
      correct: deadlines.correct ?? 2,
      withdraw: deadlines.withdraw ?? 2,
      object: deadlines.object ?? 2,
    },
  };
}

function dayOfWeek(name: string): number {
  const index = days.indexOf(name.toLowerCase());
  if (index >= 0) return index + 1;
  throw new ThauError('CONFIG_VALUE', `privacy.working_days names "${name}", which is no day of the week.`, {
    hint: `Write ${days.join(', ')}.`,
  });
}
