import { Fault, valueFault } from '../fault.js';
import type { Target } from '../parse/ast.js';
import { toList } from '../values/iterate.js';
import { HostObject } from '../values/host-object.js';
import { typeName } from '../values/type-name.js';
import type { Value } from '../values/value.js';
import type { Scope } from './scope.js';

/** Binds a value to a target: a name, several names at once, or a member of a namespace. */
export function assign(target: Target, value: Value, scope: Scope): void {
  if (target.kind === 'name') {
    scope.set(target.name, value);
    return;
  }
  scope.frame.at = target.at;
  if (target.kind === 'member') {
    const object = scope.get(target.object);
    if (!(object instanceof HostObject) || !object.setAttribute) {
      throw new Fault('JINJA_TYPE', `cannot set an attribute of '${target.object}', a ${typeName(object)}`, {
        hint: 'Only objects made by `namespace()` take attributes; use `do dict.update(…)` for a dict.',
      });
    }
    object.setAttribute(target.name, value);
    return;
  }
  const items = toList(value);
  const wanted = target.items.length;
  if (items.length > wanted) throw valueFault(`too many values to unpack (expected ${wanted})`);
  if (items.length < wanted) {
    throw valueFault(`not enough values to unpack (expected ${wanted}, got ${items.length})`);
  }
  for (const [index, part] of target.items.entries()) assign(part, items[index] as Value, scope);
}
