import { phases } from './tools.js';

/** What happened, as it is told at the end. */
export class Report {
  violations = [];
  #began = performance.now();
  /** By attack: how often, how far the run was, how it ended. */
  #attacks = new Map();
  #readers = [];
  #notes = [];
  #runs = 0;

  constructor({ seed, runs, verbose }) {
    this.seed = seed;
    this.runs = runs;
    this.verbose = verbose;
  }

  skipped(missing) {
    for (const one of missing) this.#notes.push(`skipped: ${one}`);
  }

  ended(attack, { phase, ends, seconds }) {
    const known = this.#attacks.get(attack) ?? { times: 0, phases: {}, ends: {} };
    this.#attacks.set(attack, known);
    known.times += 1;
    this.#runs += 1;
    if (phase !== undefined) known.phases[phase] = (known.phases[phase] ?? 0) + 1;
    for (const end of ends) known.ends[end] = (known.ends[end] ?? 0) + 1;
    if (this.verbose)
      console.log(`${attack}${phase ? ` (${phase})` : ''}: ${ends.join(', ')} in ${seconds.toFixed(1)} s`);
  }

  violation(text) {
    this.violations.push(text);
    console.log(`VIOLATION ${text}`);
  }

  readers(seen) {
    this.#readers = seen;
    for (const { way, reads, errors, mixed, lost } of seen) {
      for (const one of [...new Set(errors)].slice(0, 5))
        this.violation(`a reader (${way}) met an error: ${one}`);
      for (const one of mixed.slice(0, 5)) this.violation(`a reader (${way}) saw two generations: ${one}`);
      for (const one of lost.slice(0, 5)) this.violation(`a reader (${way}) missed rows: ${one}`);
      if (reads === 0) this.violation(`a reader (${way}) read nothing`);
    }
  }

  /** What a program adds up over several runs of the script. */
  get facts() {
    return {
      seed: this.seed,
      seconds: (performance.now() - this.#began) / 1000,
      attacks: Object.fromEntries(this.#attacks),
      readers: this.#readers.map(({ errors, mixed, lost, ...counts }) => ({
        ...counts,
        errors: errors.length,
        mixed: mixed.length,
        lost: lost.length,
      })),
      violations: this.violations,
    };
  }

  print() {
    const { seconds, readers } = this.facts;
    const struck = { starting: 0, building: 0, publishing: 0, over: 0 };
    const rows = [...this.#attacks].sort().map(([attack, { times, phases: met, ends }]) => {
      for (const [phase, count] of Object.entries(met)) struck[phase] += count;
      return [
        attack,
        times,
        ...phases.map((phase) => met[phase] ?? ''),
        Object.entries(ends)
          .sort()
          .map(([end, count]) => `${count} ${end}`)
          .join(', '),
      ];
    });
    const hit = struck.building + struck.publishing;
    console.log(`\n${this.#runs} runs in ${seconds.toFixed(0)} s, seed ${this.seed}.`);
    console.log(
      `Of the attacks ${hit} met a run that was building (${struck.building}) or publishing (${struck.publishing}), ` +
        `${struck.starting} a process that was starting, ${struck.over} came too late.\n`,
    );
    printTable(['attack', 'runs', ...phases, 'ends'], rows);
    console.log('');
    printTable(
      ['readers', 'reads', 'errors', 'mixed', 'rows lost', 'begun again', 'view lags', 'broken connections'],
      readers.map((one) => [
        one.way,
        one.reads,
        one.errors,
        one.mixed,
        one.lost,
        one.again ?? 0,
        one.lagging ?? 0,
        one.connectionErrors ?? 0,
      ]),
    );
    console.log(
      'Begun again: a transaction older than a publish got 40001, a statement found the pointer moved. View lags: a view',
    );
    console.log('that said so. Broken connections: while the postmaster was killed, and only then.');
    for (const note of this.#notes) console.log(note);
    console.log(
      this.violations.length === 0
        ? '\nAll held: the last tables equal a clean build, and the snapshots what was published.'
        : `\n${this.violations.length} VIOLATIONS. To repeat: npm run chaos -- --runs ${this.runs} --seed ${this.seed}`,
    );
  }
}

function printTable(head, rows) {
  const all = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const isNumber = (column) => rows.every((row) => typeof row[column] === 'number' || row[column] === '');
  for (const row of all) {
    const cells = row.map((cell, column) =>
      isNumber(column) ? cell.padStart(widths[column]) : cell.padEnd(widths[column]),
    );
    console.log(`  ${cells.join('  ').trimEnd()}`);
  }
}
