import { HostObject } from '../../jinja/values/host-object.js';
import type { Value } from '../../jinja/values/value.js';
import type { QueryAnswer } from './database-adapter.js';

/** How a statement went: prints `INSERT 0 5` in dbt's short way, `INSERT 5`. */
export class AdapterResponse extends HostObject {
  readonly typeName = 'AdapterResponse';

  constructor(readonly answer: QueryAnswer) {
    super();
  }

  override getAttribute(name: string): Value | undefined {
    switch (name) {
      case '_message':
        return this.toString();
      case 'code':
        return this.answer.command;
      case 'rows_affected':
        return this.answer.rowsAffected;
      case 'query_id':
        return null;
    }
    return undefined;
  }

  override toString(): string {
    const { command, rowsAffected } = this.answer;
    return rowsAffected === null ? command : `${command} ${rowsAffected}`;
  }
}
