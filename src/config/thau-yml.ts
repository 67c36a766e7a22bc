import { boolean, choice, duration, integer, named, section, text, texts, timezone } from './field.js';

/**
 * Everything thau.yml may say; docs/configuration.md is written from it (`npm run docs:configuration`). What dbt has
 * a word for stands in dbt_project.yml and profiles.yml instead.
 */
export const thauYml = {
  timezone: timezone('Days, weeks and months of metrics, and schedules, are told in it.', 'Asia/Ho_Chi_Minh'),
  threads: integer(
    "Nodes built at a time; each holds one connection. `--threads` and the profile's `threads` come first.",
    '4',
    1,
    256,
  ),
  database: section('Which PostgreSQL, and how thau uses it.', {
    url: text('Address of your PostgreSQL. Left out, thau starts its own. `DATABASE_URL` comes first.'),
    direct_url: text(
      'PostgreSQL itself, where `url` is a transaction pooler: for locks and LISTEN. `DATABASE_DIRECT_URL` comes first.',
    ),
    schema: text(
      "The target schema: where models without a schema of their own go. The profile's `schema` comes first.",
      'public',
    ),
    state_schema: text('Where thau keeps its own tables.', 'thau'),
    pool: integer('Most connections of one process, beside those of the API.', '10', 2, 1000),
    connect_timeout: duration('How long to wait for an answer while connecting.', '10 seconds'),
  }),
  embedded: section('The PostgreSQL that comes with thau, used without `database.url` and profile.', {
    data: text('Folder of its data, relative to the project.', '.thau'),
    port: integer(
      'Port on 127.0.0.1, for SQL clients; 0 listens on a Unix socket alone where the system has them.',
      '0',
      0,
      65_535,
    ),
    memory: integer(
      'Memory it may plan with, in megabytes; 0 takes a quarter of the machine, at most 4096.',
      '0',
      0,
    ),
    durable: boolean(
      'Off skips waiting for the disk: a power failure may then lose the database. For tests.',
      'true',
    ),
  }),
  runs: section('How runs behave.', {
    keep_generations: integer(
      'Published generations kept for rollback and for readers still on an older one.',
      '2',
      1,
      1000,
    ),
    lock_wait: duration('How long a run waits for another one before it is refused.', '0 seconds'),
    lock_stale_after: duration(
      'Without a sign of life for so long, the holder of the run lock counts as hung and is replaced.',
      '30 seconds',
    ),
    publish: choice(
      '`all`: publish only when every node succeeded; `healthy`: what is not downstream of a failure.',
      'all',
      ['all', 'healthy'],
    ),
    incremental_path: choice(
      'How incremental models and snapshots go on: on a copy of the table (`clone`), or in a table whose generations share rows (`versioned`); `auto` decides by size and by what a model needs. `incremental_path` in its config, and `--incremental-path`, come first.',
      'auto',
      ['auto', 'clone', 'versioned'],
    ),
    versioned_from: integer('Rows from which `auto` chooses `versioned`.', '500000', 0),
  }),
  schedules: named('When to build, by name.', {
    cron: text('Five fields (minute hour day month weekday), or six with seconds first.'),
    timezone: timezone('Time zone of `cron`.', '`timezone` above'),
    select: texts("dbt's selection; left out, everything."),
    exclude: texts("dbt's selection of what to leave out."),
    full_refresh: boolean('As `--full-refresh`.', 'false'),
    enabled: boolean('Off keeps the schedule and does not run it.', 'true'),
    catch_up: boolean('Run once at start when a run was missed while thau was down.', 'true'),
  }),
  api: section('How the GraphQL API serves.', {
    host: text('Address to listen on; 0.0.0.0 opens it to the network.', '127.0.0.1'),
    port: integer('Port. `PORT` comes first.', '4000', 0, 65_535),
    pool: integer('Connections to the database that answer requests.', '10', 1, 1000),
    allow_anonymous: boolean(
      'Answer requests without a key, where the server listens on loopback outside production.',
      'false',
    ),
    introspection: boolean('The schema may be read through the API.', 'true'),
    suggestions: boolean('Messages may suggest names of the schema.', 'true outside production'),
    cors_origins: texts('Sites whose pages may call the API, `https://app.example.com`.'),
    prepare: boolean('Named prepared statements; off behind a pooler that cannot keep them.', 'true'),
    statement_timeout: duration("How long a request's statement may run.", '10 seconds'),
    queue_timeout: duration('How long a request may wait for a connection before 503.', '5 seconds'),
    shutdown_timeout: duration('How long requests in flight may take to finish at the end.', '10 seconds'),
    poll_interval: duration('Between looks at the pointer, should a notification be lost.', '10 seconds'),
    slow_statement: duration('Statements slower than this are logged with their plan.', '500 ms'),
    cache_bytes: integer(
      'Bytes of answers kept per generation; 0 keeps none, and each request runs its own statement.',
      '64000000',
      0,
    ),
    body_limit: integer("Bytes of a request's body.", '1000000', 1000),
    limits: section('What a document may ask for.', {
      depth: integer('Levels of selections.', '15', 1),
      fields: integer('Fields, after fragments are spread.', '2000', 1),
      aliases: integer('Aliases.', '100', 0),
      roots: integer('Root fields.', '50', 1),
      directives: integer('Directives.', '100', 0),
      tokens: integer('Tokens of the text.', '20000', 10),
    }),
  }),
} as const;
