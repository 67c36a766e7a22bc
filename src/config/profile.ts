import { homedir } from 'node:os';
import { join } from 'node:path';
import { didYouMean } from '../errors/suggest.js';
import { ThauError } from '../errors/thau-error.js';
import type { Connection, SslMode } from './connection.js';
import type { Environment } from './environment.js';
import { YamlSource, type Located, type RenderText } from './yaml-source.js';

/** One output of profiles.yml. */
export interface Profile {
  readonly profile: string;
  readonly target: string;
  readonly schema: string;
  readonly threads?: number;
  readonly connection: Connection;
}

export interface ProfileQuestion {
  readonly projectDir: string;
  /** `--profiles-dir`. */
  readonly profilesDir?: string;
  /** `--profile`, else `profile:` of dbt_project.yml. */
  readonly profile?: string;
  /** `--target`. */
  readonly target?: string;
  /** The user asked for a profile or target: not finding it is an error. */
  readonly required: boolean;
  readonly env: Environment;
  readonly render: RenderText;
}

/**
 * The target that dbt would take: from `--profiles-dir`, `DBT_PROFILES_DIR`, the project's folder, ~/.dbt, whichever
 * has a profiles.yml first. undefined where none of them has the profile and nobody asked for one.
 */
export function readProfile(question: ProfileQuestion): Profile | undefined {
  const found = findFile(question);
  if (!found) {
    if (!question.required) return undefined;
    throw new ThauError('CONFIG_UNKNOWN_PROFILE', 'There is no profiles.yml.', {
      hint: `Looked in ${folders(question).join(', ')}. Name its folder with --profiles-dir, or leave out --profile and --target.`,
    });
  }
  const { root, shown } = found;
  const profiles = entriesOf(root).filter(([key]) => key !== 'config');
  const names = profiles.map(([key]) => key);
  const name = question.profile ?? (names.length === 1 ? names[0] : undefined);
  const profile = profiles.find(([key]) => key === name)?.[1];
  if (name === undefined || profile === undefined) {
    const explicit = question.profilesDir !== undefined || question.env['DBT_PROFILES_DIR'] !== undefined;
    if (!question.required && !explicit) return undefined;
    throw new ThauError('CONFIG_UNKNOWN_PROFILE', `${shown} has no profile "${name ?? ''}".`, {
      at: { file: shown },
      hint: didYouMean(name ?? '', names) ?? `It has: ${names.join(', ') || 'none'}.`,
    });
  }
  return readTarget(profile, name, question);
}

function findFile(question: ProfileQuestion): { root: Located; shown: string } | undefined {
  for (const folder of folders(question)) {
    const path = join(folder, 'profiles.yml');
    const source = YamlSource.read(path, path, question.render);
    if (source) return { root: source.root(), shown: path };
  }
  return undefined;
}

function folders({ profilesDir, projectDir, env }: ProfileQuestion): string[] {
  if (profilesDir !== undefined) return [profilesDir];
  const fromEnv = env['DBT_PROFILES_DIR'];
  if (fromEnv !== undefined && fromEnv !== '') return [fromEnv];
  return [projectDir, join(env['HOME'] ?? homedir(), '.dbt')];
}

function readTarget(profile: Located, name: string, question: ProfileQuestion): Profile {
  const parts = new Map(entriesOf(profile));
  const outputsAt = parts.get('outputs');
  if (!outputsAt) {
    throw profile.source.faultAt('CONFIG_MISSING', `The profile "${name}" has no outputs.`, profile, {
      hint: 'Write `outputs:` with one entry per target, as dbt does.',
    });
  }
  const outputs = entriesOf(outputsAt);
  const names = outputs.map(([key]) => key);
  const targetAt = parts.get('target');
  const stated = targetAt && targetAt.source.scalar(targetAt);
  const target = question.target ?? (stated === undefined ? 'default' : String(stated));
  const output = outputs.find(([key]) => key === target)?.[1];
  if (!output) {
    throw profile.source.faultAt(
      'CONFIG_UNKNOWN_TARGET',
      `The profile "${name}" has no target "${target}".`,
      targetAt ?? profile,
      {
        hint: didYouMean(target, names) ?? `It has: ${names.join(', ')}.`,
      },
    );
  }
  return readOutput(output, name, target);
}

function readOutput(output: Located, profile: string, target: string): Profile {
  const given = new Map(entriesOf(output));
  const read = (...keys: string[]): string | undefined => {
    for (const key of keys) {
      const at = given.get(key);
      const value = at && at.source.scalar(at);
      if (value !== undefined) return String(value);
    }
    return undefined;
  };
  const need = (...keys: string[]): string => {
    const value = read(...keys);
    if (value !== undefined) return value;
    throw output.source.faultAt(
      'CONFIG_MISSING',
      `The target "${target}" has no "${keys.join('" or "')}".`,
      output,
      {
        hint: 'A target of type postgres needs host, user, password, dbname and schema.',
      },
    );
  };
  const number = (key: string): number | undefined => {
    const value = read(key);
    const at = given.get(key);
    if (value === undefined || at === undefined) return undefined;
    if (!/^\d+$/.test(value.trim())) throw at.source.wrong(at, 'a whole number');
    return Number(value);
  };
  const type = need('type');
  if (type !== 'postgres' && type !== 'postgresql') {
    throw output.source.faultAt(
      'CONFIG_PROFILE_TYPE',
      `The target "${target}" is of type "${type}".`,
      given.get('type') ?? output,
      {
        hint: 'thau runs on PostgreSQL: give a target of type postgres.',
      },
    );
  }
  const optional = {
    port: number('port'),
    password: read('password', 'pass'),
    sslmode: read('sslmode') as SslMode | undefined,
    sslrootcert: read('sslrootcert'),
    sslcert: read('sslcert'),
    sslkey: read('sslkey'),
    role: read('role'),
    searchPath: read('search_path'),
    connectTimeout: number('connect_timeout'),
  };
  const connection = {
    host: need('host'),
    user: need('user', 'username'),
    database: need('dbname', 'database'),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  } as Connection;
  const threads = number('threads');
  return { profile, target, schema: need('schema'), connection, ...(threads !== undefined && { threads }) };
}

function entriesOf(at: Located): [string, Located][] {
  return at.source.entries(at).map(({ key, value }) => [key, value]);
}
