import type { Value } from '../../../jinja/values/value.js';
import { HostRecord } from '../host-record.js';
import { DateTimeValue, dateTimeModule } from './date-time.js';
import { itertoolsModule } from './itertools.js';
import { pytzModule } from './time-zone.js';
import { regularExpressionModule } from './regular-expression.js';

/** dbt's `modules`: the parts of Python's standard library that macros use. */
export const modules: { readonly value: Value; readonly dateTime: (date: Date) => Value } = {
  value: new HostRecord('modules', {
    datetime: dateTimeModule,
    pytz: pytzModule,
    re: regularExpressionModule,
    itertools: itertoolsModule,
  }),
  dateTime: (date) => DateTimeValue.utc(date),
};
