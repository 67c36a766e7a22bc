import { fork } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { attacks } from './attacks.js';
import { batch, makeProject, rawTables, relations } from './project.js';
import { startProxy } from './proxy.js';
import { mountSmall, startServer } from './server.js';
import { startApi, startThau } from './thau.js';

/** A run that takes longer counts as hung. */
const patience = 60_000;

/** Server, project, proxy, API and readers, and what is known of them from run to run. */
export class Arena {
  /** The number of the last batch in the raw tables. */
  version = 0;
  /** By generation, the batches that were published one after the other until it. */
  chains = new Map([[0, []]]);
  #generation = 0;
  #lastRun = 0;
  /** What an undisturbed run takes, in milliseconds. */
  #usual = 1500;
  #readers = [];

  static async open(options) {
    const arena = new Arena();
    Object.assign(arena, options);
    arena.server = await startServer();
    await arena.server.createDatabase('chaos');
    arena.url = arena.server.urlOf('chaos');
    arena.proxy = await startProxy({ host: '127.0.0.1', port: arena.server.port });
    arena.project = makeProject();
    mkdirSync(join(arena.project.path, 'target'), { recursive: true });
    arena.target = mountSmall(join(arena.project.path, 'target'), 4);
    arena.available = new Set([arena.server.small && 'small', arena.target && 'target'].filter(Boolean));
    arena.missing = arena.available.size === 2 ? [] : ['full disks: this user may not mount a tmpfs'];
    await arena.sql(rawTables);
    await arena.lastRun();
    return arena;
  }

  /** One statement on a connection of its own, past the proxy. */
  async sql(text, values) {
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    try {
      const answer = await client.query(text, values);
      return (Array.isArray(answer) ? answer.at(-1) : answer).rows;
    } finally {
      await client.end();
    }
  }

  async startReaders() {
    this.api = await startApi({ cwd: this.project.path, url: this.url });
    const ways = ['views, read committed', 'views, repeatable read', 'API over HTTP', 'API statement'];
    for (const way of ways) {
      const child = fork(join(import.meta.dirname, 'reader.js'), [way, this.url, this.api.address]);
      const seen = new Promise((done) => {
        child.on('message', done);
        child.on('error', () => undefined);
        child.on('exit', (code) =>
          done({ way, reads: 0, errors: [`the reader ended with ${code}`], mixed: [], lost: [] }),
        );
      });
      this.#readers.push({ child, seen });
    }
  }

  readersMayBreak() {
    for (const { child } of this.#readers) {
      if (child.connected) child.send('connections may break');
    }
  }

  async stopReaders() {
    for (const { child } of this.#readers) if (child.connected) child.send('stop');
    const seen = await Promise.all(this.#readers.map((one) => one.seen));
    this.#readers = [];
    this.api.process.kill('SIGTERM');
    const { code } = await this.api.process.ended;
    if (code !== 0)
      this.report.violation(`thau serve ended with ${code}: ${this.api.process.text.slice(-2000)}`);
    return seen;
  }

  /** A new batch, a run over it, and the attack on the run. */
  async attackedRun(name) {
    const { args = ['build'], do: attack } = attacks[name];
    await this.#nextBatch();
    const began = performance.now();
    const run = this.start(args);
    const [done] = await Promise.all([attack(this.#tools(run)), this.#over(run)]);
    const others = typeof done === 'object' ? (done.others ?? []) : [];
    for (const other of others) await this.#over(other);
    const seconds = (performance.now() - began) / 1000;
    if (name === 'nothing') this.#usual = (this.#usual + seconds * 1000) / 2;
    this.report.ended(name, await this.#judge([run, ...others], name), seconds);
  }

  /** The postmaster dies under a run; the next one has to find everything in order. */
  async killedPostmaster() {
    await this.#nextBatch();
    const run = this.start(['build']);
    await sleep(this.random.between(0.2, 1) * this.#usual);
    this.server.killPostmaster();
    await this.#over(run);
    await this.#untilUp();
    this.report.postmasterKilled();
    await this.#judge([run], 'postmaster killed');
  }

  /** A run that nobody disturbs: it must publish. */
  async lastRun() {
    await this.#nextBatch();
    const began = performance.now();
    const run = this.start(['build']);
    const { code, text } = await this.#over(run);
    this.#usual = performance.now() - began;
    if (code !== 0) this.report.violation(`an undisturbed run failed:\n${text}`);
    await this.#judge([run], 'undisturbed');
  }

  start(args) {
    const url = this.server.urlOf('chaos', this.proxy.port);
    return startThau(args, { cwd: this.project.path, url });
  }

  async close() {
    for (const { child } of this.#readers) child.kill();
    this.api?.process.kill('SIGTERM');
    await this.api?.process.ended;
    this.proxy.close();
    this.target?.unmount();
    this.project.remove();
    await this.server.stop();
  }

  async #nextBatch() {
    this.version += 1;
    await this.sql(batch(this.version));
    this.project.seed(this.version);
  }

  #tools(run) {
    const { random, proxy, server, target } = this;
    const sql = (text, values) => this.sql(text, values);
    const hold = async (statement) => {
      const client = new pg.Client({ connectionString: this.url });
      await client.connect();
      await client.query(`begin; ${statement}`);
      return async () => {
        await client.query('rollback');
        await client.end();
      };
    };
    return {
      run,
      random,
      proxy,
      small: server.small,
      target,
      sql,
      hold,
      relation: () => random.pick(relations),
      /** Some moment of the run; its first part, in which node starts, is less often taken. */
      moment: async (part = 1) => {
        const at = random.chance(0.15) ? random.next() : random.between(0.3, 1.05);
        await Promise.race([sleep(at * part * this.#usual), run.ended]);
      },
      /** Ends the given part of the run's backends, and those of whatever else comes through the proxy. */
      terminate: async (part) => {
        const backends = await sql(
          'select pid from pg_stat_activity where client_port = any ($1) order by pid',
          [proxy.ports()],
        );
        const some = random.shuffle(backends).slice(0, Math.ceil(backends.length * part));
        await sql('select pg_terminate_backend(pid) from unnest($1::int[]) as b (pid)', [
          some.map(({ pid }) => pid),
        ]);
      },
      locked: async (table, milliseconds) => {
        const release = await hold(
          `set local lock_timeout to '3s'; lock table ${table} in access exclusive mode`,
        ).catch(() => undefined);
        await sleep(milliseconds);
        await release?.();
      },
      another: (args) => this.start(args),
    };
  }

  async #over(run) {
    const late = sleep(patience, 'late', { ref: false });
    if ((await Promise.race([run.ended, late])) === 'late') {
      this.report.violation(`a run hung for ${patience / 1000} s:\n${run.text}`);
      run.kill('SIGKILL');
    }
    return run.ended;
  }

  /** Whether each process told the truth, and what stands in the database is whole; answers how they ended. */
  async #judge(runs, attack) {
    const ends = [];
    const rows = await this.sql('select * from thau.runs where run_id > $1 order by run_id', [this.#lastRun]);
    for (const run of runs) {
      const { code, signal, text } = await run.ended;
      const row = rows.findLast(({ pid }) => pid === run.pid);
      const state = row?.state ?? 'not begun';
      ends.push(signal === 'SIGKILL' ? `killed (${state})` : state);
      const blame = (what) => this.report.violation(`${attack}: ${what}\n${text}`);
      if (/^\s+at .+\.[cm]?js:\d+/m.test(text)) blame('a stack trace was shown');
      if (signal !== null && signal !== 'SIGKILL') blame(`ended by ${signal}`);
      if (code === 0 && state !== 'published') blame(`said all was well, but the run is ${state}`);
      if (code !== null && code !== 0) {
        if (!/[A-Z]{3,}_[A-Z_]{3,}|FAIL/.test(text)) blame('ended without a code');
        if (state === 'published' && !text.includes('BUILD_AFTER_PUBLISH'))
          blame('said it failed, but published');
        if (state === 'superseded' && !/took over|lock of this run was lost/.test(text))
          blame('did not say that it was superseded');
        if (state === 'running') blame('ended, but its row says it goes on');
      }
    }
    await this.#followGenerations();
    this.#lastRun = Number(rows.at(-1)?.run_id ?? this.#lastRun);
    return ends;
  }

  async #followGenerations() {
    const published = await this.sql(
      `select g.generation::int as generation, r.command, (r.args ->> 'to')::int as target
       from thau.generations as g join thau.runs as r using (run_id) where g.generation > $1 order by 1`,
      [this.#generation],
    );
    for (const { generation, command, target } of published) {
      const before = this.chains.get(command === 'rollback' ? target : this.#generation);
      this.chains.set(generation, command === 'rollback' ? before : [...before, this.version]);
      this.#generation = generation;
    }
    const [pointer] = await this.sql('select generation::int as generation from thau.pointer');
    if (pointer?.generation !== this.#generation)
      this.report.violation(
        `the pointer shows ${pointer?.generation}, the last publish was ${this.#generation}`,
      );
  }

  get generation() {
    return this.#generation;
  }

  async #untilUp() {
    for (;;) {
      try {
        await this.sql('select');
        return;
      } catch {
        await sleep(100);
      }
    }
  }
}
