import { fork } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { attacks } from './attacks.js';
import { batch, makeProject, rawTables } from './project.js';
import { startProxy } from './proxy.js';
import { mountSmall, startServer } from './server.js';
import { startApi, startThau } from './thau.js';
import { toolsFor } from './tools.js';

/** Stable views at both isolation levels, what the API sends at both, and the API itself. */
const readerWays = [
  'stable views, read committed',
  'stable views, repeatable read',
  'API statements, read committed',
  'API statements, repeatable read',
  'API over HTTP',
];

/** A run that takes longer counts as hung. */
const patience = 60_000;

/** Server, project, proxy, API and readers, and what is known of them from run to run. */
export class Arena {
  /** The number of the last batch in the raw tables. */
  version = 0;
  /** By generation, the batches that were published one after the other until it. */
  chains = new Map([[0, []]]);
  #generation = 0;
  /** The newest of thau's runs when the attacked one begins. */
  lastRunId = 0;
  /** What an undisturbed run takes until it has begun, and from then on, in milliseconds. */
  starting = 500;
  building = 1500;
  #readers = [];
  /** For questions asked again and again: a connection that stays. */
  #asking;

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

  /** One statement on a connection that is kept, past the proxy. */
  async ask(text, values) {
    if (this.#asking === undefined) {
      const client = new pg.Client({ connectionString: this.url });
      client.on('error', () => (this.#asking = undefined));
      await client.connect();
      this.#asking = client;
    }
    return (await this.#asking.query(text, values)).rows;
  }

  /** Holds what the statement locks until the answer is called. */
  async hold(statement) {
    const client = new pg.Client({ connectionString: this.url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      await client.query(`begin; ${statement}`);
    } catch (error) {
      await client.end();
      throw error;
    }
    return () => client.end();
  }

  async startReaders() {
    this.api = await startApi({ cwd: this.project.path, url: this.url });
    for (const way of readerWays) {
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
    let phase;
    const tools = toolsFor(this, run, (known) => (phase = known));
    const [done] = await Promise.all([attack(tools), this.over(run)]);
    const others = done?.others ?? [];
    for (const other of others) await this.over(other);
    const seconds = (performance.now() - began) / 1000;
    this.report.ended(name, { phase, ends: await this.#judge([run, ...others], name), seconds });
  }

  /** The postmaster dies under a run; the next one has to find everything in order. */
  async killedPostmaster() {
    await this.#nextBatch();
    const began = performance.now();
    const run = this.start(['build']);
    let phase;
    await toolsFor(this, run, (known) => (phase = known)).moment();
    this.server.killPostmaster();
    await this.over(run);
    await this.#untilUp();
    const ends = await this.#judge([run], 'postmaster killed');
    this.report.ended('postmaster killed', { phase, ends, seconds: (performance.now() - began) / 1000 });
  }

  /** A run that nobody disturbs: it must publish. */
  async lastRun() {
    await this.#nextBatch();
    let began = performance.now();
    let run = this.start(['build']);
    let { code, text } = await this.over(run);
    // locks are given up after 3 s here, so that attacks are short: a machine that is busier than that is no fault
    for (let time = 0; time < 3 && code !== 0 && /The lock of this run was lost/.test(text); time++) {
      await this.#judge([run], 'undisturbed');
      began = performance.now();
      run = this.start(['build']);
      ({ code, text } = await this.over(run));
    }
    const whole = performance.now() - began;
    if (code !== 0) this.report.violation(`an undisturbed run failed:\n${text}`);
    const [{ building } = {}] = await this.sql(
      `select (extract(epoch from finished_at - started_at) * 1000)::float8 as building
       from thau.runs where finished_at is not null order by run_id desc limit 1`,
    );
    if (building !== undefined) {
      this.building = building;
      this.starting = Math.max(100, whole - building);
    }
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
    await this.#asking?.end().catch(() => undefined);
    this.target?.unmount();
    this.project.remove();
    await this.server.stop();
  }

  async #nextBatch() {
    this.version += 1;
    await this.sql(batch(this.version));
    this.project.seed(this.version);
  }

  /** How it ended; a run that hangs is killed and told. */
  async over(run) {
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
    const rows = await this.sql('select * from thau.runs where run_id > $1 order by run_id', [
      this.lastRunId,
    ]);
    for (const run of runs) {
      const { code, signal, text } = await run.ended;
      const row = rows.findLast(({ pid }) => pid === run.pid);
      const state = row?.state ?? 'not begun';
      ends.push(
        signal === 'SIGKILL' ? `killed (${state})` : state === 'running' ? 'failed, row left open' : state,
      );
      const blame = (what) => this.report.violation(`${attack}: ${what}\n${text}`);
      if (/^\s+at .+\.[cm]?js:\d+/m.test(text)) blame('a stack trace was shown');
      // Ctrl-C ends a process that has nothing to stop yet, or nothing any more, as it ends any other
      const idle = ['not begun', 'published'].includes(state);
      if (signal !== null && signal !== 'SIGKILL' && !(signal === 'SIGINT' && idle))
        blame(`ended by ${signal}`);
      if (code === 0 && state !== 'published') blame(`said all was well, but the run is ${state}`);
      if (code !== null && code !== 0) {
        if (!/[A-Z]{3,}_[A-Z_]{3,}|FAIL/.test(text)) blame('ended without a code');
        if (state === 'published' && !text.includes('BUILD_AFTER_PUBLISH'))
          blame('said it failed, but published');
        if (state === 'superseded' && !/took over|lock of this run was lost/.test(text))
          blame('did not say that it was superseded');
        // with the disk full or the connection gone the row is left to the next run, which closes it
        if (state === 'running' && !/POSTGRES_(RESOURCES|CONNECTION_LOST|STARTING)/.test(text))
          blame('ended, but its row says it goes on');
      }
    }
    await this.#followGenerations();
    this.lastRunId = Number(rows.at(-1)?.run_id ?? this.lastRunId);
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
    this.#asking = undefined;
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
