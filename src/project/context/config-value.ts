import { ThauError } from '../../errors/thau-error.js';
import { bindArguments } from '../../jinja/values/bind-arguments.js';
import type { Call } from '../../jinja/values/call.js';
import { Dict } from '../../jinja/values/dict.js';
import { HostFunction } from '../../jinja/values/host-function.js';
import { HostObject } from '../../jinja/values/host-object.js';
import { str } from '../../jinja/values/repr.js';
import type { Value } from '../../jinja/values/value.js';
import { toPlain, toValue } from './plain.js';
import type { YamlMapping } from '../yaml/yaml-file.js';

/** `config(…)` while parsing: notes what it is given; `config.get` knows nothing yet. */
export class ParseConfig extends HostObject {
  readonly typeName = 'config';

  constructor(readonly note: (config: YamlMapping) => void) {
    super();
  }

  override call(call: Call): Value {
    this.note(configOf(call));
    return '';
  }

  override getAttribute(name: string): Value | undefined {
    switch (name) {
      case 'get':
      case 'require':
      case 'meta_get':
      case 'meta_require':
      case 'persist_relation_docs':
      case 'persist_column_docs':
      case 'set':
        return new HostFunction(name, () => (name.startsWith('persist') ? false : ''));
    }
    return undefined;
  }
}

/** `config` while running: reads the finished config; a call says nothing new. */
export class RunConfig extends HostObject {
  readonly typeName = 'config';

  constructor(
    readonly config: Readonly<Record<string, unknown>>,
    readonly owner: string,
  ) {
    super();
  }

  override call(): Value {
    return '';
  }

  override getAttribute(name: string): Value | undefined {
    switch (name) {
      case 'get':
        return new HostFunction(name, (call) => {
          const [key = null, fallback = null] = bindArguments(
            name,
            call,
            ['name', 'default', 'validator'],
            1,
          );
          return this.#find(str(key)) ?? fallback;
        });
      case 'require':
        return new HostFunction(name, (call) => {
          const [key = null] = bindArguments(name, call, ['name', 'validator'], 1);
          const value = this.#find(str(key));
          if (value === undefined) throw this.#missing(str(key), call);
          return value;
        });
      case 'meta_get':
        return new HostFunction(name, (call) => {
          const [key = null, fallback = null] = bindArguments(
            name,
            call,
            ['name', 'default', 'validator'],
            1,
          );
          return this.#meta(str(key)) ?? fallback;
        });
      case 'meta_require':
        return new HostFunction(name, (call) => {
          const value = this.#meta(str(call.args[0] ?? null));
          if (value === undefined) throw this.#missing(`meta.${str(call.args[0] ?? null)}`, call);
          return value;
        });
      case 'persist_relation_docs':
        return new HostFunction(name, () => this.#persists('relation'));
      case 'persist_column_docs':
        return new HostFunction(name, () => this.#persists('columns'));
      case 'set':
        return new HostFunction(name, () => '');
    }
    return this.#find(name);
  }

  override getItem(key: Value): Value | undefined {
    return typeof key === 'string' ? this.#find(key) : undefined;
  }

  #find(key: string): Value | undefined {
    const name = key.replaceAll('-', '_');
    if (Object.hasOwn(this.config, name)) return toValue(this.config[name]);
    // dbt reads a config of one's own from meta too
    return this.#meta(key);
  }

  #meta(key: string): Value | undefined {
    const meta = this.config['meta'];
    if (typeof meta !== 'object' || meta === null || !Object.hasOwn(meta, key)) return undefined;
    return toValue((meta as Record<string, unknown>)[key]);
  }

  #persists(what: string): boolean {
    const docs = this.config['persist_docs'];
    return typeof docs === 'object' && docs !== null && (docs as Record<string, unknown>)[what] === true;
  }

  #missing(key: string, call: Call): ThauError {
    return new ThauError('PROJECT_CONFIG', `the config "${key}" of ${this.owner} is required`, {
      at: call.context.place(),
      notes: call.context.macroStack(),
      hint: `Set ${key} in config(), in its properties or in dbt_project.yml.`,
    });
  }
}

/** What one `config()` call sets: keywords, or one dict. */
export function configOf(call: Call): YamlMapping {
  const [given, ...others] = call.args;
  if (others.length > 0 || (given !== undefined && (!(given instanceof Dict) || call.kwargs.size > 0))) {
    throw new ThauError('PROJECT_CALL', 'config() takes keywords, or one dict', {
      at: call.context.place(),
      hint: "Write config(materialized='table').",
    });
  }
  if (given instanceof Dict) return toPlain(given) as YamlMapping;
  return Object.fromEntries([...call.kwargs].map(([key, value]) => [key, toPlain(value)]));
}
