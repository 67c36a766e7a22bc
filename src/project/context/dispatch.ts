import { ThauError } from '../../errors/thau-error.js';
import { bindArguments } from '../../jinja/values/bind-arguments.js';
import { HostFunction } from '../../jinja/values/host-function.js';
import { str } from '../../jinja/values/repr.js';
import type { NodeGlobals } from './node-globals.js';

/** `adapter.dispatch(macro_name, macro_namespace)`: the macro as a value, to be called by whoever asked. */
export function dispatchFunction(globals: () => NodeGlobals): HostFunction {
  return new HostFunction('dispatch', (call) => {
    const [name = null, namespace = null] = bindArguments(
      'dispatch',
      call,
      ['macro_name', 'macro_namespace'],
      1,
    );
    const { macros, packageName } = globals();
    const wanted = str(name);
    if (wanted.includes('.')) {
      throw new ThauError(
        'PROJECT_CALL',
        `adapter.dispatch() takes the package apart from the name: "${wanted}"`,
        {
          at: call.context.place(),
          hint: `Write adapter.dispatch('${wanted.split('.').pop() ?? ''}', '${wanted.split('.')[0] ?? ''}').`,
        },
      );
    }
    const { found, tried } = macros.dispatch(wanted, namespace === null ? null : str(namespace), packageName);
    if (found !== undefined) return globals().bind(found);
    throw new ThauError('PROJECT_UNKNOWN_MACRO', `no macro answers adapter.dispatch("${wanted}")`, {
      at: call.context.place(),
      notes: [`looked for: ${tried.join(', ')}`, ...call.context.macroStack()],
      hint: 'Write one of these macros, or install the package that has it.',
    });
  });
}
