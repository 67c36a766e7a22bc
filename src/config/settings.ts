import { readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { ThauError, type Place } from '../errors/thau-error.js';
import type { Connection } from './connection.js';
import { parseConnectionUrl } from './connection-url.js';
import { readEnvironment, type Environment } from './environment.js';
import { readSection, type Read } from './field.js';
import { privacySettings } from './privacy-settings.js';
import { readProfile, type Profile } from './profile.js';
import { thauYml } from './thau-yml.js';
import { YamlSource, type RenderText } from './yaml-source.js';

/** What the command line says; it comes before everything else. */
export interface SettingsQuestion {
  readonly projectDir: string;
  readonly profilesDir?: string;
  readonly profile?: string;
  readonly target?: string;
  readonly threads?: number;
  readonly env: Environment;
  readonly render: RenderText;
}

export interface Schedule {
  readonly name: string;
  /** Where thau.yml names it. */
  readonly at: Place;
  /** Undefined where it waits for its sources alone. */
  readonly cron: string | undefined;
  /** Runs when a source of its nodes changed. */
  readonly onSourceChange: boolean;
  readonly timezone: string;
  readonly select: readonly string[];
  readonly exclude: readonly string[];
  readonly fullRefresh: boolean;
  readonly enabled: boolean;
  readonly catchUp: boolean;
}

/** Where the tables are. */
export type DatabaseSource =
  | { readonly kind: 'embedded' }
  | {
      readonly kind: 'server';
      readonly connection: Connection;
      readonly direct?: Connection;
      /** `DATABASE_URL`, `thau.yml`, or the profile and target of profiles.yml. */
      readonly from: string;
    };

/** Everything settled before a command begins: command line, then environment, thau.yml, profiles.yml, defaults. */
export interface Settings {
  readonly projectDir: string;
  readonly timezone: string;
  readonly threads: number;
  /** dbt's `target`. */
  readonly target: { readonly profile: string; readonly name: string; readonly schema: string };
  readonly source: DatabaseSource;
  readonly database: { readonly stateSchema: string; readonly pool: number };
  readonly embedded: {
    /** Absolute. */
    readonly dataDir: string;
    readonly port: number;
    readonly memory: number;
    readonly durable: boolean;
  };
  readonly runs: {
    readonly keepGenerations: number;
    readonly lockWait: number;
    readonly lockStaleAfter: number;
    /** Milliseconds; 0 waits without end. */
    readonly lockTimeout: number;
    /** Milliseconds; 0 is no limit. */
    readonly statementTimeout: number;
    /** Milliseconds that finished runs stay in the history; 0 keeps all. */
    readonly keepHistory: number;
    /** Milliseconds that counters of sources are believed; 0 without end. */
    readonly reconcile: number;
    readonly publish: 'all' | 'healthy';
    readonly incrementalPath: 'auto' | 'clone' | 'versioned';
    readonly versionedFrom: number;
  };
  /** Limits of templates: only what was set, the interpreter has the defaults. */
  readonly templates: Partial<
    Readonly<Record<'steps' | 'depth' | 'output' | 'size' | 'digits' | 'search', number>>
  >;
  readonly schedules: readonly Schedule[];
  readonly privacy: PrivacySettings;
  /** Only what was set: the API has the defaults. */
  readonly api: ApiOverrides;
}

export interface PrivacySettings {
  /** `model.column`, like the two below. */
  readonly subject: string;
  readonly identifiers: string;
  readonly moved: string;
  readonly sources: 'delete' | 'pseudonymise' | 'ask';
  readonly again: 'erase' | 'take';
  /** 1 is Monday. */
  readonly workingDays: readonly number[];
  /** A model; undefined where there is none. */
  readonly holidays: string | undefined;
  readonly deadlines: Readonly<Record<'access' | 'erase' | 'correct' | 'withdraw' | 'object', number>>;
}

export type ApiOverrides = Read<(typeof thauYml)['api']['fields']>;

type ThauYml = Read<typeof thauYml>;

/** Reads thau.yml, the environment and profiles.yml of a project. Touches no database. */
export function resolveSettings(question: SettingsQuestion): Settings {
  const projectDir = resolve(question.projectDir);
  const file = readThauYml(projectDir, question.render);
  const set = layer(readEnvironment(question.env, thauYml), file);
  const profile = profileOf(question, projectDir);
  const connectTimeout = Math.ceil((set.database?.connect_timeout ?? 10_000) / 1000);
  const timezone = set.timezone ?? 'Asia/Ho_Chi_Minh';
  return {
    projectDir,
    timezone,
    threads: question.threads ?? profile?.threads ?? set.threads ?? 4,
    target: {
      profile: profile?.profile ?? 'thau',
      name: profile?.target ?? 'dev',
      schema: profile?.schema ?? set.database?.schema ?? 'public',
    },
    source: withTimeout(sourceOf(question, set, profile), connectTimeout),
    database: { stateSchema: set.database?.state_schema ?? 'thau', pool: set.database?.pool ?? 10 },
    embedded: {
      dataDir: absolute(projectDir, set.embedded?.data ?? '.thau'),
      port: set.embedded?.port ?? 0,
      memory: set.embedded?.memory ?? 0,
      durable: set.embedded?.durable ?? true,
    },
    runs: {
      keepGenerations: set.runs?.keep_generations ?? 2,
      lockWait: set.runs?.lock_wait ?? 0,
      lockStaleAfter: set.runs?.lock_stale_after ?? 30_000,
      lockTimeout: set.runs?.lock_timeout ?? 300_000,
      statementTimeout: set.runs?.statement_timeout ?? 0,
      keepHistory: set.runs?.keep_history ?? 90 * 86_400_000,
      reconcile: set.runs?.reconcile ?? 86_400_000,
      publish: set.runs?.publish ?? 'all',
      incrementalPath: set.runs?.incremental_path ?? 'auto',
      versionedFrom: set.runs?.versioned_from ?? 100_000,
    },
    templates: set.templates ?? {},
    schedules: (set.schedules ?? []).map((schedule) => toSchedule(schedule, timezone)),
    privacy: privacySettings(set.privacy ?? {}),
    api: withPort(set.api ?? {}, question.env),
  };
}

function readThauYml(projectDir: string, render: RenderText): ThauYml {
  const source = YamlSource.read(join(projectDir, 'thau.yml'), 'thau.yml', render);
  return source ? readSection(source.root(), thauYml) : {};
}

/**
 * An explicit `--profile` or `--target` beats DATABASE_URL; otherwise an address beats a profile, and a profile
 * beats the embedded server.
 */
function sourceOf(question: SettingsQuestion, set: ThauYml, profile: Profile | undefined): DatabaseSource {
  const chosen = question.target !== undefined || question.profile !== undefined;
  if (!(chosen && profile)) {
    const fromEnv = question.env['DATABASE_URL'];
    const url = notEmpty(fromEnv) ?? notEmpty(set.database?.url);
    if (url !== undefined) {
      const from = notEmpty(fromEnv) ? 'DATABASE_URL' : 'database.url of thau.yml';
      const direct = notEmpty(question.env['DATABASE_DIRECT_URL']) ?? notEmpty(set.database?.direct_url);
      return {
        kind: 'server',
        connection: parseConnectionUrl(url, from),
        ...(direct !== undefined && { direct: parseConnectionUrl(direct, 'DATABASE_DIRECT_URL') }),
        from,
      };
    }
  }
  if (!profile) return { kind: 'embedded' };
  return {
    kind: 'server',
    connection: profile.connection,
    from: `target "${profile.target}" of profile "${profile.profile}"`,
  };
}

function withTimeout(source: DatabaseSource, connectTimeout: number): DatabaseSource {
  if (source.kind === 'embedded') return source;
  return { ...source, connection: { connectTimeout, ...source.connection } };
}

function profileOf(question: SettingsQuestion, projectDir: string): Profile | undefined {
  const profile = question.profile ?? projectProfile(projectDir);
  return readProfile({
    projectDir,
    env: question.env,
    render: question.render,
    required: question.profile !== undefined || question.target !== undefined,
    ...(question.profilesDir !== undefined && { profilesDir: question.profilesDir }),
    ...(profile !== undefined && { profile }),
    ...(question.target !== undefined && { target: question.target }),
  });
}

/** `profile:` of dbt_project.yml. What else is wrong with that file is told when the project is read. */
function projectProfile(projectDir: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(join(projectDir, 'dbt_project.yml'), 'utf8');
  } catch {
    return undefined;
  }
  const document = parseDocument(text);
  const value: unknown = document.errors.length > 0 ? undefined : document.get('profile');
  return typeof value === 'string' ? value : undefined;
}

function toSchedule(set: NonNullable<ThauYml['schedules']>[number], timezone: string): Schedule {
  const onSourceChange = set.on_source_change ?? false;
  if (set.cron === undefined && !onSourceChange) {
    throw new ThauError('CONFIG_MISSING', `The schedule "${set.name}" has no cron.`, {
      at: set.at,
      hint: 'Write when it runs, as in `cron: "0 2 * * *"` for every night at two, or `on_source_change: true`.',
    });
  }
  return {
    name: set.name,
    at: set.at,
    cron: set.cron,
    onSourceChange,
    timezone: set.timezone ?? timezone,
    select: set.select ?? [],
    exclude: set.exclude ?? [],
    fullRefresh: set.full_refresh ?? false,
    enabled: set.enabled ?? true,
    catchUp: set.catch_up ?? true,
  };
}

/** PORT is what hosting platforms set. */
function withPort(api: ApiOverrides, env: Environment): ApiOverrides {
  const port = notEmpty(env['PORT']);
  if (port === undefined) return api;
  const number = thauYml.api.fields.port.parse?.(port);
  if (number === undefined) {
    throw new ThauError(
      'CONFIG_VALUE',
      `The environment variable PORT should be a port number, not "${port}".`,
      {
        hint: 'Unset it, or give a number from 0 to 65535.',
      },
    );
  }
  return { ...api, port: number };
}

/** `over` laid upon `under`, section by section. */
function layer<Value>(over: Value, under: Value): Value {
  if (!isPlain(over) || !isPlain(under)) return over ?? under;
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over))
    merged[key] = layer(value, (under as Record<string, unknown>)[key]);
  return merged as Value;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function absolute(projectDir: string, path: string): string {
  return isAbsolute(path) ? path : join(projectDir, path);
}

function notEmpty(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text;
}
