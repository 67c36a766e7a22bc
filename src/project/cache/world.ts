import { hash } from 'node:crypto';
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
  return hash('sha1', JSON.stringify(world, bigintsAsText));
}

function bigintsAsText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}
