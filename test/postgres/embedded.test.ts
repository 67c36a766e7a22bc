import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Database } from '../../src/postgres/database.js';
import { copyBinaries, installedBinaries, makeLibraryLinks } from '../../src/postgres/embedded/binaries.js';
import { useEmbeddedServer, type EmbeddedServer } from '../../src/postgres/embedded/embedded-server.js';
import { withFileLock } from '../../src/postgres/embedded/file-lock.js';
import { runningPostmaster, stopPostmaster } from '../../src/postgres/embedded/postmaster.js';
import { configurationFile, serverSettings } from '../../src/postgres/embedded/server-settings.js';

const thau = resolve('bin/thau.js');
const isRoot = process.getuid?.() === 0;
let root: string;
let folder: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'thau embedded Dự án '));
  writeFileSync(join(root, 'dbt_project.yml'), 'name: nothing\n');
  folder = join(root, '.thau');
});
afterEach(async () => {
  await stopPostmaster(join(folder, 'data'));
  rmSync(root, { recursive: true, force: true });
});

function use(options: { port?: number } = {}): Promise<EmbeddedServer> {
  return useEmbeddedServer({ folder, port: 0, memory: 0, durable: false, ...options });
}

async function ask(server: EmbeddedServer, text: string): Promise<Record<string, unknown>[]> {
  const database = new Database({ connection: server.connection, max: 1 });
  try {
    return (await database.query(text)).rows;
  } finally {
    await database.close();
  }
}

/** A thau process that starts the server and is killed: it leaves a running server, and nobody who leaves it. */
async function killedUser(): Promise<void> {
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `
      const { useEmbeddedServer } = await import(${JSON.stringify(resolve('dist/postgres/embedded/embedded-server.js'))});
      await useEmbeddedServer({ folder: process.argv[1], port: 0, memory: 0, durable: false });
      process.stdout.write('ready');
      setInterval(() => {}, 1000);
    `,
      folder,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Another thau process; PATH may be given, to hide programs from it. */
function run(
  args: readonly string[],
  env: Record<string, string> = {},
): { status: number | null; text: string } {
  const done = spawnSync(process.execPath, [thau, ...args, '--project-dir', root], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', HOME: root, THAU_EMBEDDED_DURABLE: 'false', ...env },
  });
  return { status: done.status, text: done.stdout + done.stderr };
}

describe('the embedded server', () => {
  test('serves UTF-8, sorted as Vietnamese is, without jit, in a path with spaces and accents', async () => {
    const server = await use();
    const rows = await ask(
      server,
      `select array_agg(name order by name) as names, lower('ĐỖ ƯỚC') as lower, current_setting('jit') as jit,
         pg_encoding_to_char(encoding) as encoding, current_database() as database
       from (values ('Đào'), ('Ân'), ('An'), ('Dũng'), ('Ăn'), ('Em')) as v (name), pg_database
       where datname = current_database() group by encoding`,
    );
    expect(rows).toEqual([
      {
        names: ['An', 'Ăn', 'Ân', 'Dũng', 'Đào', 'Em'],
        lower: 'đỗ ước',
        jit: 'off',
        encoding: 'UTF8',
        database: 'thau',
      },
    ]);
    await server.leave();
    expect(runningPostmaster(join(folder, 'data'))).toBeUndefined();
    expect(statSync(folder).mode & 0o077).toBe(0);
  });

  test('is attached to by a second use, and stopped by the last that leaves', async () => {
    const first = await use();
    const second = await use();
    expect([first.started, second.started]).toEqual([true, false]);
    await ask(first, 'create table kept (a int)');
    await first.leave();
    expect(await ask(second, 'select count(*) as n from kept')).toEqual([{ n: 0 }]);
    await second.leave();
    expect(runningPostmaster(join(folder, 'data'))).toBeUndefined();
  });

  test('starts again after kill -9 of the postmaster, and has everything that was committed', async () => {
    const first = await use();
    await ask(first, 'create table kept as select generate_series(1, 10000) as n');
    const { pid } = runningPostmaster(join(folder, 'data'))!;
    process.kill(pid, 'SIGKILL');
    const second = await use();
    expect(await ask(second, 'select count(*) as n from kept')).toEqual([{ n: 10_000 }]);
    await first.leave();
    await second.leave();
  });

  test.runIf(process.platform === 'linux')(
    'starts although the number of a killed postmaster is another process’s, or is not yet free',
    async () => {
      const first = await use();
      const { pid, port, socketFolder } = runningPostmaster(join(folder, 'data'))!;
      const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      process.kill(pid, 'SIGKILL');
      for (const file of [join(folder, 'data/postmaster.pid'), join(socketFolder, `.s.PGSQL.${port}.lock`)]) {
        const lines = readFileSync(file, 'utf8').split('\n');
        writeFileSync(file, [String(other.pid), ...lines.slice(1)].join('\n'));
      }
      const second = await use();
      expect(await ask(second, 'select 1 as one')).toEqual([{ one: 1 }]);
      other.kill('SIGKILL');
      await first.leave();
      await second.leave();
    },
  );

  test('starts while children of a killed postmaster are still at work', async () => {
    const first = await use();
    const database = new Database({ connection: first.connection, max: 1 });
    const busy = database.query(`select count(*) from generate_series(1, 1000000000)`).catch(() => 'broken');
    await expect
      .poll(() =>
        ask(
          first,
          `select 1 from pg_stat_activity where query like '%1000000000%' and state = 'active' and pid <> pg_backend_pid()`,
        ),
      )
      .toHaveLength(1);
    process.kill(runningPostmaster(join(folder, 'data'))!.pid, 'SIGKILL');
    const second = await use();
    expect(await ask(second, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(await busy).toBe('broken');
    await database.close();
    await first.leave();
    await second.leave();
  });

  test('is started again by those who use it when it dies under them', async () => {
    const server = await use();
    const database = new Database({ connection: server.connection, max: 2 });
    await database.query('create table kept as select 1 as n');
    const { pid } = runningPostmaster(join(folder, 'data'))!;
    process.kill(pid, 'SIGKILL');
    await expect
      .poll(() => runningPostmaster(join(folder, 'data'))?.pid ?? pid, { timeout: 60_000 })
      .not.toBe(pid);
    await expect
      .poll(
        () =>
          database.query('select n from kept').then(
            ({ rows }) => rows,
            () => [],
          ),
        { timeout: 60_000 },
      )
      .toEqual([{ n: 1 }]);
    await database.close();
    await server.leave();
    expect(runningPostmaster(join(folder, 'data'))).toBeUndefined();
  });

  test('outlives a thau process that was killed, whose use is then forgotten', async () => {
    await killedUser();
    const server = await use();
    expect(server.started).toBe(false);
    await server.leave();
    expect(runningPostmaster(join(folder, 'data'))).toBeUndefined();
  });

  test('starts over a postmaster.pid that names a process of another kind', async () => {
    const first = await use();
    const data = join(folder, 'data');
    const stale = readFileSync(join(data, 'postmaster.pid'), 'utf8').replace(/^\d+/, String(process.pid));
    await first.leave();
    writeFileSync(join(data, 'postmaster.pid'), stale);
    const second = await use();
    expect(second.started).toBe(true);
    await second.leave();
  });

  test('is made once when several processes start at the same moment', async () => {
    const children = Array.from({ length: 3 }, () =>
      spawn(process.execPath, [thau, 'debug', '--json', '--project-dir', root], {
        env: { PATH: process.env['PATH'], HOME: root, THAU_EMBEDDED_DURABLE: 'false' },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
    const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0] as number));
    expect(codes).toEqual([0, 0, 0]);
    expect(runningPostmaster(join(folder, 'data'))).toBeUndefined();
  });

  test('moves its socket to a short folder where the path is too long for one', async () => {
    folder = join(root, 'thư mục rất dài'.repeat(6), '.thau');
    mkdirSync(dirname(folder), { recursive: true });
    const server = await use();
    expect(server.connection.host).toMatch(/^\S+thau-\d+-[0-9a-f]{12}$/);
    expect(statSync(server.connection.host!).mode & 0o777).toBe(0o700);
    expect(await ask(server, 'select 1 as one')).toEqual([{ one: 1 }]);
    await server.leave();
    rmSync(server.connection.host!, { recursive: true });
  });

  test('listens on loopback when asked, by password alone', async () => {
    const { createServer } = await import('node:net');
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as { port: number };
    const taken = await use({ port }).catch((error: unknown) => error);
    expect(taken).toMatchObject({
      code: 'POSTGRES_EMBEDDED_START',
      hint: expect.stringContaining('embedded.port') as string,
    });
    probe.close();
    await once(probe, 'close');
    const server = await use({ port });
    const tcp = { ...server.connection, host: '127.0.0.1' };
    expect(await ask({ ...server, connection: tcp }, 'select 1 as one')).toEqual([{ one: 1 }]);
    const wrong = ask({ ...server, connection: { ...tcp, password: 'guess' } }, 'select 1');
    await expect(wrong).rejects.toMatchObject({ code: 'POSTGRES_WRONG_PASSWORD' });
    await server.leave();
  });

  test('`thau stop` ends it, also when a killed process left it running', async () => {
    await killedUser();
    expect(run(['stop'])).toEqual({ status: 0, text: 'The embedded PostgreSQL is stopped.\n' });
    expect(run(['stop'])).toEqual({ status: 0, text: 'No embedded PostgreSQL was running.\n' });
  });

  test('says what stops it: data of another version, a folder it may not write', async () => {
    mkdirSync(join(folder, 'data'), { recursive: true });
    writeFileSync(join(folder, 'data', 'PG_VERSION'), '17\n');
    await expect(use()).rejects.toMatchObject({ code: 'POSTGRES_EMBEDDED_VERSION' });
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'a file');
    await expect(use()).rejects.toMatchObject({ code: 'POSTGRES_EMBEDDED_FOLDER' });
    rmSync(folder);
  });

  test.skipIf(!isRoot)('runs as nobody where root may not make user namespaces', () => {
    // a PATH without `unshare`, and a home that nobody else may enter
    const bin = join(root, 'bin');
    mkdirSync(bin);
    symlinkSync(process.execPath, join(bin, 'node'));
    const first = run(['debug'], { PATH: bin });
    expect(first.status, first.text).toBe(0);
    const inner = readFileSync(join(folder, 'elsewhere'), 'utf8').trim();
    expect(statSync(join(inner, 'data')).uid).not.toBe(0);
    expect(run(['debug'], { PATH: bin }).status).toBe(0);
    // and once more with `unshare` back: the data stays its owner's
    const later = run(['debug']);
    expect(later.status, later.text).toBe(0);
    rmSync(inner, { recursive: true });
  });

  test.skipIf(!isRoot)(
    'data made with a user namespace is taken over where there is none any more',
    async () => {
      const server = await use();
      await ask(server, 'create table kept as select 1 as n');
      await server.leave();
      const bin = join(root, 'bin');
      mkdirSync(bin);
      chmodSync(root, 0o755);
      const moved = run(['debug'], { PATH: bin });
      expect(moved.status, moved.text).toBe(0);
      const again = await use();
      expect(await ask(again, 'select n from kept')).toEqual([{ n: 1 }]);
      await again.leave();
    },
  );
});

describe('the programs', () => {
  test('get their library links where install scripts were off, and are copied where they may not be written', () => {
    const installed = installedBinaries();
    const bare = join(root, 'package', 'native');
    const isLink = (path: string): boolean => {
      try {
        return readlinkSync(path) !== '';
      } catch {
        return false;
      }
    };
    cpSync(installed.root, bare, { recursive: true, filter: (path) => !isLink(path) });
    const binaries = { ...installed, root: bare, postgres: join(bare, 'bin', 'postgres') };
    const version = (program: string): number | null => spawnSync(program, ['--version']).status;
    expect(version(binaries.postgres)).not.toBe(0);
    const copied = copyBinaries(binaries, join(root, 'copy'));
    expect(version(copied.postgres)).toBe(0);
    expect(existsSync(join(bare, 'lib', 'libicuuc.so.60'))).toBe(false);
    expect(makeLibraryLinks(binaries)).toBe(true);
    expect(version(binaries.postgres)).toBe(0);
    expect(makeLibraryLinks(binaries)).toBe(true);
  });
});

describe('the settings', () => {
  const machine = { cpus: 2, memory: 2048, disk: 10_000, sharedMemory: 1000 };

  test('fit a small container and a large machine', () => {
    const small = serverSettings({
      machine: { ...machine, memory: 512, sharedMemory: 64 },
      memory: 0,
      durable: true,
      port: 0,
    });
    expect(small).toMatchObject({
      shared_buffers: '64MB',
      work_mem: '8MB',
      dynamic_shared_memory_type: 'mmap',
    });
    const large = serverSettings({
      machine: { ...machine, cpus: 32, memory: 262_144 },
      memory: 0,
      durable: true,
      port: 0,
    });
    expect(large).toMatchObject({
      shared_buffers: '1024MB',
      work_mem: '64MB',
      max_parallel_workers_per_gather: 4,
    });
    expect(large).not.toHaveProperty('fsync');
  });

  test('are written so that any folder name is read back', () => {
    const settings = serverSettings({
      machine,
      memory: 0,
      durable: true,
      port: 0,
      socketFolder: `/a b/it's, "so"`,
    });
    expect(configurationFile(settings)).toContain(`unix_socket_directories = '"/a b/it''s, ""so"""'`);
  });
});

describe('the file lock', () => {
  test('is held by one at a time, and taken from a holder that died', async () => {
    const file = join(root, 'lock');
    writeFileSync(file, '999999 1 dead');
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((done) => setImmediate(done));
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 8 }, () => withFileLock(file, work)));
    expect(most).toBe(1);
    expect(existsSync(file)).toBe(false);
  });
});
