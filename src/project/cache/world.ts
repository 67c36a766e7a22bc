import { hash } from 'node:crypto';
import { Float } from '../../jinja/values/float.js';
import type { Session } from '../parse/session.js';

/**
 * One hash of everything that every unit of a parse depends on besides the environment's variables: thau's version,
 * the target, `--vars`, each package's dbt_project.yml, which macros there are (not what they say).
 */
export function worldOf(session: Session, version: string): string {
  const { root, packages, environment, macros } = session;
  const world = [
    version,
    root.root,
    environment.target,
    environment.vars,
    environment.limits ?? null,
    [...packages.values()].map((settings) => [settings.name, settings.prefix, settings.file.text]),
    macros.all().map(({ node }) => node.unique_id),
  ];
  return hash('sha1', JSON.stringify(world, numbersApart));
}

/** Big integers and floats as text of their own: JSON has no word for the first, and writes 1.0 as 1. */
function numbersApart(this: unknown, key: string, value: unknown): unknown {
  const written = (this as Readonly<Record<string, unknown>>)[key];
  if (written instanceof Float) return `${written.toString()}f`;
  return typeof value === 'bigint' ? `${value}n` : value;
}
