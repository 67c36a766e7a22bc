import { ThauError } from '../../errors/thau-error.js';
import { Float } from '../../jinja/values/float.js';
import type { YamlFile, YamlMapping } from './yaml-file.js';

/** Reads values of one YAML file in the shapes expected, or throws PROJECT_YAML_VALUE with the place. */
export class Expect {
  constructor(readonly yaml: YamlFile) {}

  /** Whether a value is a mapping. */
  static isMapping(value: unknown): value is YamlMapping {
    return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Float);
  }

  mapping(container: unknown, key: string | number, owner: string): YamlMapping {
    const value = read(container, key);
    if (value === undefined || value === null) return {};
    if (!Expect.isMapping(value)) throw this.fault(container, key, `${owner} must be a mapping`, value);
    return value;
  }

  /** A list; a missing one is empty. */
  list(container: unknown, key: string | number, owner: string): readonly unknown[] {
    const value = read(container, key);
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) throw this.fault(container, key, `${owner} must be a list`, value);
    return value as readonly unknown[];
  }

  /** The mappings of a list, such as the models of a file. */
  mappings(container: unknown, key: string | number, owner: string): readonly YamlMapping[] {
    const list = this.list(container, key, owner);
    list.forEach((item, index) => {
      if (!Expect.isMapping(item))
        throw this.fault(list, index, `each entry of ${owner} must be a mapping`, item);
    });
    return list as readonly YamlMapping[];
  }

  /** Text; numbers and booleans are taken as written. */
  text(container: unknown, key: string | number, owner: string): string {
    const value = read(container, key);
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean' || value instanceof Float)
      return String(value);
    const problem = value === undefined || value === null ? `${owner} is missing` : `${owner} must be text`;
    throw this.fault(container, value === undefined ? undefined : key, problem, value);
  }

  optionalText(container: unknown, key: string | number, owner: string): string | undefined {
    const value = read(container, key);
    return value === undefined || value === null ? undefined : this.text(container, key, owner);
  }

  /** A list of texts; one text alone is a list of one. */
  texts(container: unknown, key: string | number, owner: string): string[] {
    const value = read(container, key);
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) return [this.text(container, key, owner)];
    return value.map((_, index) => this.text(value, index, `an entry of ${owner}`));
  }

  boolean(container: unknown, key: string | number, owner: string): boolean | undefined {
    const value = read(container, key);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'boolean') throw this.fault(container, key, `${owner} must be true or false`, value);
    return value;
  }

  fault(container: unknown, key: string | number | undefined, message: string, value?: unknown): ThauError {
    const at = this.yaml.at(container, key);
    const source = this.yaml.excerpt(at);
    const found = value === undefined || value === null ? '' : `, not ${describe(value)}`;
    return new ThauError('PROJECT_YAML_VALUE', `${message}${found}`, {
      at,
      ...(source === undefined ? {} : { excerpt: source }),
      hint: "Correct the value; docs/dbt.md links dbt's page of each property.",
    });
  }
}

function read(container: unknown, key: string | number): unknown {
  if (typeof container !== 'object' || container === null || !Object.hasOwn(container, key)) return undefined;
  return (container as Record<string | number, unknown>)[key];
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (Expect.isMapping(value)) return 'a mapping';
  return JSON.stringify(value);
}
