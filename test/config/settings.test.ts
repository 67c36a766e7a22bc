import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { configurationPage } from '../../src/config/configuration-page.js';
import { parseDuration } from '../../src/config/duration.js';
import { resolveSettings, type Settings, type SettingsQuestion } from '../../src/config/settings.js';
import { formatError } from '../../src/errors/format.js';
import { ThauError } from '../../src/errors/thau-error.js';

let projectDir: string;

beforeEach(() => {
  projectDir = mkdtempSync(join(tmpdir(), 'thau-settings-'));
});
afterEach(() => {
  rmSync(projectDir, { recursive: true });
});

function write(file: string, text: string): void {
  mkdirSync(join(projectDir, file, '..'), { recursive: true });
  writeFileSync(join(projectDir, file), text);
}

function settings(question: Partial<SettingsQuestion> = {}): Settings {
  const env = { HOME: join(projectDir, 'home') };
  return resolveSettings({
    projectDir,
    render: (text) => text.replace("{{ env_var('SECRET') }}", 'hush'),
    env,
    ...question,
  });
}

function fault(question: Partial<SettingsQuestion> = {}): ThauError {
  try {
    settings(question);
  } catch (error) {
    if (error instanceof ThauError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

const profiles = `
shop:
  target: dev
  outputs:
    dev: {type: postgres, host: localhost, user: ann, password: "{{ env_var('SECRET') }}", port: 5433, dbname: shop, schema: ann_dev, threads: 7}
    prod: {type: postgres, host: db.example.com, user: thau, pass: x, dbname: shop, schema: prod, sslmode: verify-full}
    lake: {type: snowflake, schema: x}
`;

describe('without any file', () => {
  test('the embedded server, the time zone of Vietnam, and the defaults of the page', () => {
    expect(settings()).toMatchObject({
      timezone: 'Asia/Ho_Chi_Minh',
      threads: 4,
      source: { kind: 'embedded' },
      target: { profile: 'thau', name: 'dev', schema: 'public' },
      embedded: { dataDir: join(projectDir, '.thau'), port: 0, durable: true },
      runs: { keepGenerations: 2, lockStaleAfter: 30_000, publish: 'all' },
      schedules: [],
      api: {},
    });
  });
});

describe('thau.yml', () => {
  test('gives every kind of value', () => {
    write(
      'thau.yml',
      `timezone: UTC
database:
  url: postgres://me:p%40ss@db:6000/shop?sslmode=require
  pool: 20
runs: {lock_wait: 5 min, publish: healthy}
schedules:
  nightly:
    cron: "0 2 * * *"
    select: tag:nightly
  hourly: {cron: "5 * * * *", select: [a+, b], timezone: Asia/Tokyo, catch_up: no}
api:
  port: 5000
  cors_origins: [https://a.example]
  limits: {depth: 3}
`,
    );
    const read = settings();
    expect(read.source).toEqual({
      kind: 'server',
      from: 'database.url of thau.yml',
      connection: {
        connectTimeout: 10,
        host: 'db',
        port: 6000,
        user: 'me',
        password: 'p@ss',
        database: 'shop',
        sslmode: 'require',
      },
    });
    expect(read).toMatchObject({
      timezone: 'UTC',
      database: { pool: 20 },
      runs: { lockWait: 300_000, publish: 'healthy' },
      api: { port: 5000, cors_origins: ['https://a.example'], limits: { depth: 3 } },
    });
    expect(read.schedules).toMatchObject([
      { name: 'nightly', cron: '0 2 * * *', timezone: 'UTC', select: ['tag:nightly'], catchUp: true },
      { name: 'hourly', timezone: 'Asia/Tokyo', select: ['a+', 'b'], catchUp: false, at: { line: 10 } },
    ]);
  });

  test('an unknown key is an error at its place, with the nearest name', () => {
    write('thau.yml', 'api:\n  porrt: 4000\n');
    expect(formatError(fault())).toBe(`CONFIG_UNKNOWN_KEY: There is no setting "porrt" in "api".
  at thau.yml:2:3
    1 | api:
  > 2 |   porrt: 4000
      |   ^
    3 | 
  hint: Did you mean "port"?`);
  });

  test.each([
    [
      'threads: many',
      'CONFIG_VALUE',
      'The setting "threads" should be a whole number from 1 to 256, not "many".',
    ],
    ['threads: 0', 'CONFIG_VALUE', 'whole number from 1 to 256'],
    ['threads: [1, 2]', 'CONFIG_VALUE', 'should be one value'],
    ['timezone: Asia/Hanoii', 'CONFIG_VALUE', 'time zone such as'],
    ['api: 4000', 'CONFIG_VALUE', 'a mapping'],
    ['api: {port: 70000}', 'CONFIG_VALUE', 'from 0 to 65535'],
    ['runs: {publish: some}', 'CONFIG_VALUE', 'one of all, healthy'],
    ['runs: {lock_wait: soon}', 'CONFIG_VALUE', 'a duration'],
    ['embedded: {durable: perhaps}', 'CONFIG_VALUE', 'true or false'],
    ['schedules: {nightly: {select: a}}', 'CONFIG_MISSING', 'The schedule "nightly" has no cron.'],
    ['a: [1', 'CONFIG_YAML', 'thau.yml is not valid YAML'],
    ['threads: 1\nthreads: 2', 'CONFIG_YAML', 'unique'],
    ['api:\n\tport: 1', 'CONFIG_YAML', 'not valid YAML'],
    ['- a\n- b', 'CONFIG_VALUE', 'a mapping'],
    ['database: {url: mysql://x}', 'CONFIG_DATABASE_URL', 'begins with "mysql:"'],
  ])('%j is refused with a place', (text, code, message) => {
    write('thau.yml', text);
    const error = fault();
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(error.hint).toBeDefined();
    if (code !== 'CONFIG_DATABASE_URL') expect(error.at?.file).toBe('thau.yml');
  });

  test('a folder in its place, or an unreadable file, says so', () => {
    mkdirSync(join(projectDir, 'thau.yml'));
    expect(fault().code).toBe('CONFIG_UNREADABLE');
  });

  test.skipIf(process.getuid?.() === 0)('a file without rights says so', () => {
    write('thau.yml', 'threads: 1');
    chmodSync(join(projectDir, 'thau.yml'), 0);
    expect(fault().code).toBe('CONFIG_UNREADABLE');
  });

  test('an empty file is no configuration', () => {
    write('thau.yml', '# nothing yet\n');
    expect(settings().threads).toBe(4);
  });

  test('a billion laughs is refused by the parser', () => {
    const levels = Array.from({ length: 12 }, (_, level) =>
      level === 0
        ? 'l0: &l0 [a, a, a, a, a, a, a, a, a]'
        : `l${level}: &l${level} [${Array(9)
            .fill(`*l${level - 1}`)
            .join(', ')}]`,
    );
    write('thau.yml', `${levels.join('\n')}\nthreads: *l11\n`);
    expect(['CONFIG_UNKNOWN_KEY', 'CONFIG_VALUE', 'CONFIG_YAML']).toContain(fault().code);
  });
});

describe('the environment', () => {
  test('comes before thau.yml, setting by setting', () => {
    write('thau.yml', 'threads: 2\napi: {port: 5000, host: 0.0.0.0}\n');
    const env = { THAU_API_PORT: '6000', THAU_API_LIMITS_DEPTH: '9', THAU_THREADS: '' };
    expect(settings({ env })).toMatchObject({
      threads: 2,
      api: { port: 6000, host: '0.0.0.0', limits: { depth: 9 } },
    });
    expect(settings({ env: { ...env, PORT: '7000' } }).api.port).toBe(7000);
  });

  test('a bad variable is named, and its value is not printed where it may be secret', () => {
    expect(fault({ env: { THAU_THREADS: 'x' } }).message).toContain('THAU_THREADS');
    expect(fault({ env: { PORT: 'http' } }).message).toContain('PORT');
    const error = fault({ env: { DATABASE_URL: 'postgres://me:s3cret%@host/db' } });
    expect(error.code).toBe('CONFIG_DATABASE_URL');
    expect(formatError(error)).not.toContain('s3cret');
  });

  test('DATABASE_URL beats the profile, and an explicit target beats DATABASE_URL', () => {
    write('dbt_project.yml', 'profile: shop');
    write('profiles.yml', profiles);
    const env = {
      DATABASE_URL: 'postgres:///other?host=/run/postgresql',
      DATABASE_DIRECT_URL: 'postgres://direct/other',
    };
    expect(settings({ env }).source).toMatchObject({
      from: 'DATABASE_URL',
      connection: { host: '/run/postgresql', database: 'other' },
      direct: { host: 'direct' },
    });
    expect(settings({ env, target: 'prod' }).source).toMatchObject({
      connection: { host: 'db.example.com' },
    });
  });
});

describe('profiles.yml', () => {
  test('is read from the project, with env_var rendered and threads taken', () => {
    write('dbt_project.yml', 'profile: shop');
    write('profiles.yml', profiles);
    expect(settings()).toMatchObject({
      threads: 7,
      target: { profile: 'shop', name: 'dev', schema: 'ann_dev' },
      source: {
        from: 'target "dev" of profile "shop"',
        connection: { host: 'localhost', port: 5433, user: 'ann', password: 'hush', database: 'shop' },
      },
    });
    expect(settings({ target: 'prod' })).toMatchObject({
      threads: 4,
      source: { connection: { password: 'x', sslmode: 'verify-full' } },
    });
  });

  test('is looked for in --profiles-dir, DBT_PROFILES_DIR and ~/.dbt', () => {
    write('dbt_project.yml', 'profile: shop');
    write('home/.dbt/profiles.yml', profiles);
    write('elsewhere/profiles.yml', profiles.replace('ann_dev', 'elsewhere'));
    expect(settings().target.schema).toBe('ann_dev');
    expect(settings({ profilesDir: join(projectDir, 'elsewhere') }).target.schema).toBe('elsewhere');
    const env = { DBT_PROFILES_DIR: join(projectDir, 'elsewhere') };
    expect(settings({ env }).target.schema).toBe('elsewhere');
  });

  test('a profile that nobody asked for by name may be missing: then the embedded server serves', () => {
    write('dbt_project.yml', 'profile: thau');
    write('home/.dbt/profiles.yml', profiles);
    expect(settings().source).toEqual({ kind: 'embedded' });
  });

  test.each([
    [{ target: 'prd' }, 'CONFIG_UNKNOWN_TARGET', 'Did you mean "prod"?'],
    [{ target: 'nowhere' }, 'CONFIG_UNKNOWN_TARGET', 'It has: dev, prod, lake.'],
    [{ profile: 'shp' }, 'CONFIG_UNKNOWN_PROFILE', 'Did you mean "shop"?'],
    [{ target: 'lake' }, 'CONFIG_PROFILE_TYPE', 'thau runs on PostgreSQL: give a target of type postgres.'],
  ] as const)('%j is refused', (question, code, hint) => {
    write('dbt_project.yml', 'profile: shop');
    write('profiles.yml', profiles);
    const error = fault(question);
    expect([error.code, error.hint]).toEqual([code, hint]);
  });

  test('a target without what it needs names the key', () => {
    write(
      'profiles.yml',
      'shop: {target: dev, outputs: {dev: {type: postgres, host: h, user: u, schema: s}}}',
    );
    const error = fault({ profile: 'shop' });
    expect(error.code).toBe('CONFIG_MISSING');
    expect(error.message).toBe('The target "dev" has no "dbname" or "database".');
    expect(error.at).toMatchObject({ line: 1 });
  });

  test('--target without any profiles.yml says where it looked', () => {
    expect(fault({ target: 'dev' })).toMatchObject({ code: 'CONFIG_UNKNOWN_PROFILE' });
  });
});

test('durations are read in all their spellings', () => {
  expect(['30 seconds', '5min', '1.5 h', '250ms', '1 day', '10'].map(parseDuration)).toEqual([
    30_000, 300_000, 5_400_000, 250, 86_400_000, 10_000,
  ]);
  expect(['', 'soon', '5 parsecs', '-3 s'].map(parseDuration)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('docs/configuration.md lists the settings as they are', () => {
  // prettier aligns the tables of the page
  const plain = (text: string): string => text.replace(/ *\| */g, '|').replace(/-{3,}/g, '---');
  expect(plain(readFileSync('docs/configuration.md', 'utf8'))).toBe(plain(configurationPage()));
});
