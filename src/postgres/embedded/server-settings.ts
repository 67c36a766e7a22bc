import { quoteLiteral } from '../identifier.js';
import type { Machine } from './machine.js';

export interface ServerSettingsQuestion {
  readonly machine: Machine;
  /** Megabytes to plan with; 0 takes a quarter of the machine, at most 4096. */
  readonly memory: number;
  readonly durable: boolean;
  /** Folder of the Unix socket; left out on systems without. */
  readonly socketFolder?: string;
  /** TCP on 127.0.0.1; 0 for none. */
  readonly port: number;
}

/** What thau's server differs in from PostgreSQL's defaults; https://www.postgresql.org/docs/18/runtime-config.html */
export function serverSettings(question: ServerSettingsQuestion): Record<string, string | number> {
  const { machine, durable } = question;
  const budget = Math.max(128, question.memory || Math.min(4096, Math.floor(machine.memory / 4)));
  const clamp = (value: number, least: number, most: number): number =>
    Math.floor(Math.min(most, Math.max(least, value)));
  return {
    ...listening(question),
    max_connections: 100,
    shared_buffers: `${clamp(budget / 4, 64, 1024)}MB`,
    effective_cache_size: `${budget}MB`,
    // twice as much for a hash table, several in a statement, several statements of a run at a time
    work_mem: `${clamp(budget / 42, 8, 64)}MB`,
    maintenance_work_mem: `${clamp(budget / 8, 64, 512)}MB`,
    // each of three workers takes that much beside a run
    autovacuum_work_mem: `${clamp(budget / 32, 32, 128)}MB`,
    // compiling a plan costs more than it saves on statements of milliseconds
    jit: 'off',
    random_page_cost: 1.1,
    max_parallel_workers: machine.cpus,
    max_parallel_workers_per_gather: clamp(machine.cpus / 2, 1, 4),
    // no replicas and no archive: tables filled in the transaction that made them skip the WAL
    wal_level: 'minimal',
    max_wal_senders: 0,
    max_wal_size: `${clamp(machine.disk / 16, 256, 4096)}MB`,
    min_wal_size: '128MB',
    checkpoint_timeout: '15min',
    // `thau check` and large publishes hold many at once
    max_locks_per_transaction: 256,
    // the user is called as thau's own schema is: an unqualified name must not be looked up, or made, in there
    search_path: 'public',
    client_connection_check_interval: '5s',
    dynamic_shared_memory_type: machine.sharedMemory < 256 ? 'mmap' : 'posix',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] %a ',
    log_checkpoints: 'off',
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
  };
}

function listening({ socketFolder, port }: ServerSettingsQuestion): Record<string, string | number> {
  return {
    listen_addresses: port > 0 ? '127.0.0.1' : '',
    port: port > 0 ? port : 5432,
    ...(socketFolder === undefined
      ? { unix_socket_directories: '' }
      : {
          // a list of folders: the double quotes keep commas and spaces in one
          unix_socket_directories: `"${socketFolder.replaceAll('"', '""')}"`,
          unix_socket_permissions: '0700',
        }),
  };
}

/** As a configuration file. */
export function configurationFile(settings: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries(settings).map(
    ([name, value]) => `${name} = ${typeof value === 'number' ? value : quoteLiteral(value).trim()}`,
  );
  return `# written by thau at each start; your own settings go into postgresql.conf or alter system\n${lines.join('\n')}\n`;
}
