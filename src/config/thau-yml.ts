import {
  boolean,
  choice,
  duration,
  integer,
  mask,
  named,
  pairs,
  section,
  text,
  texts,
  timezone,
} from './field.js';

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
    lock_timeout: duration(
      "How long a statement of a run waits for another session's lock before its node fails; 0 waits without end.",
      '5 minutes',
    ),
    statement_timeout: duration('How long one statement of a run may take; 0 is no limit.', '0'),
    keep_history: duration(
      'How long finished runs, and requests that were answered, stay in the history; 0 keeps all.',
      '90 days',
    ),
    reconcile: duration(
      "How long PostgreSQL's counters are believed that a source did not change: what was built longer ago and reads one is built again. 0 believes them without end. A source may say it for itself by `meta: {reconcile: {count: 1, period: hour}}`.",
      '1 day',
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
    versioned_from: integer('Rows from which `auto` chooses `versioned`.', '100000', 0),
  }),
  templates: section(
    'What one rendering of a template may use at most. Ample for the largest packages; a template that never ends is stopped by them.',
    {
      steps: integer('Statements, turns of loops and calls.', '10000000', 1),
      depth: integer('Macros nested in each other.', '1000', 1, 100_000),
      output: integer(
        'Characters written, those of macros counted each time they are written.',
        '67108864',
        1,
      ),
      size: integer(
        'Characters of a text, or items of a list, made by one operation: `*`, `range`.',
        '10000000',
        1,
      ),
      digits: integer('Digits of an integer, as `**` makes them.', '4000', 20, 100_000),
      search: integer('Milliseconds of one search by a regular expression (`modules.re`).', '1000', 1),
    },
  ),
  schedules: named('When to build, by name.', {
    cron: text('Five fields (minute hour day month weekday), or six with seconds first.'),
    on_source_change: boolean(
      'Run within seconds when a source that its nodes read has changed; beside `cron`, or in its place.',
      'false',
    ),
    timezone: timezone('Time zone of `cron`.', '`timezone` above'),
    select: texts("dbt's selection; left out, everything."),
    exclude: texts("dbt's selection of what to leave out."),
    full_refresh: boolean('As `--full-refresh`.', 'false'),
    enabled: boolean('Off keeps the schedule and does not run it.', 'true'),
    catch_up: boolean('Run once at start when a run was missed while thau was down.', 'true'),
  }),
  privacy: section('Whose data the warehouse holds, and what the law asks for.', {
    subject: text('The column that is the key of a person, `model.column`.', 'customers.customer_id'),
    identifiers: text(
      'The column with the identifiers of people, beside the key of the person; `identifier_type` beside it is read where it exists.',
      'identities.identifier_value',
    ),
    moved: text(
      'The column with keys that people gave up when they were merged, beside the key they have now.',
      'customer_moves.previous_customer_id',
    ),
    sources: choice(
      'What an erasure does to rows of source tables that say nothing themselves by `meta: {erase: …}`; `ask` leaves them alone, and the case open.',
      'delete',
      ['delete', 'pseudonymise', 'ask'],
    ),
    again: choice(
      'What becomes of an erased record that is delivered again: erased before the next run, or taken as a new person.',
      'erase',
      ['erase', 'take'],
    ),
    working_days: texts('Days of the week on which requests are answered; left out, Monday to Friday.'),
    holidays: text(
      'A model with one row per holiday: `holiday_from` and `holiday_to`. Those days are no working days.',
      'none',
    ),
    deadlines: section('Working days until a request must be answered.', {
      access: integer('To see what is held.', '2', 1, 1000),
      erase: integer('To be erased.', '2', 1, 1000),
      correct: integer('To have data corrected.', '2', 1, 1000),
      withdraw: integer('To withdraw a consent.', '2', 1, 1000),
      object: integer('To object to a use.', '2', 1, 1000),
    }),
  }),
  api: section('How the GraphQL API serves.', {
    host: text('Address to listen on; 0.0.0.0 opens it to the network.', '127.0.0.1'),
    port: integer('Port. `PORT` comes first.', '4000', 0, 65_535),
    workers: integer(
      'Processes of `thau serve` that answer on the one port; each has a pool and a cache of its own. `--workers` comes first.',
      '1',
      1,
      256,
    ),
    pool: integer('Connections to the database that answer requests, of each process.', '10', 1, 1000),
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
    audit_subject: text(
      'The column that says whose data a row is, `customer_id`; then every answer with unmasked `@pii` is written to `subject_reads`.',
    ),
    audit_keep: duration(
      'How long `subject_reads` keeps who read whose personal data; 0 keeps all.',
      '730 days',
    ),
    slow_statement: duration('Statements slower than this are logged with their plan.', '500 ms'),
    cache_bytes: integer(
      'Bytes of answers kept per generation; 0 keeps none, and each request runs its own statement.',
      '64000000',
      0,
    ),
    subscriptions: integer(
      "Subscriptions open at once in one process; a tenth of them may be one key's.",
      '1000',
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
    tokens: section('JSON Web Tokens (`Authorization: Bearer`) that are taken beside keys.', {
      keys: text(
        'Who signs them: a file with a JSON Web Key Set or a public key in PEM, or the https address of a key set.',
      ),
      secret: text('A shared secret for HS256, HS384 and HS512; better in the environment than in a file.'),
      issuer: text('What `iss` must be.'),
      audience: text('What `aud` must hold.'),
      role_claim: text(
        'The claim with the role, or the list of roles; `realm_access.roles` looks into objects.',
        'role',
      ),
    }),
    roles: named(
      'Who may see what. A key or a token names one of these; `admin`, unless it stands here, sees and does everything, `reader` sees everything but the operation of the warehouse.',
      {
        masks: section(
          'How personal data (`@pii` in the SDL) is shown, by its kind; a kind left out is shown.',
          {
            name: mask('Names.'),
            email: mask('Email addresses.'),
            phone: mask('Phone numbers.'),
            address: mask('Addresses.'),
            birth_date: mask('Days of birth.'),
            text: mask('What people wrote, and identifiers.'),
          },
        ),
        row_filters: pairs(
          'Only rows whose column (left) equals a claim of the key or token (right): `store_id: store`. A model without the column is refused.',
        ),
        unfiltered: texts('Models that `row_filters` do not concern: products, stores.'),
        may: texts(
          '`lookup`: find rows by masked columns; `segments`: define segments; `warehouse`: read runs, requests and the SQL of metrics; `work`: ask for runs.',
        ),
        operations: texts('The trusted operations it may ask, and nothing else. Left out: any document.'),
        min_group: integer('Aggregates and metrics over fewer rows than this show no figures.', '1', 1),
        requests_per_minute: integer('Requests of one key or token; 0 does not count them.', '0', 0),
      },
    ),
  }),
} as const;
