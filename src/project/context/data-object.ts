import { HostFunction } from '../../jinja/values/host-function.js';
import type { Value } from '../../jinja/values/value.js';
import { LazyRecord } from './lazy-record.js';

/**
 * What is an object of a class of dbt's there, and not a dict: a run's result, its node, its times. Its parts are
 * attributes, and `to_dict()` answers all of it.
 */
export class DataObject extends LazyRecord {
  override getAttribute(name: string): Value | undefined {
    if (name === 'to_dict') return new HostFunction(name, () => this.dict());
    return this.getItem(name) ?? super.getAttribute(name);
  }
}
