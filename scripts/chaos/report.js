/** What happened, as it is told at the end. */
export class Report {
  violations = [];
  #began = performance.now();
  #ends = new Map();
  #readers = [];
  #notes = [];
  #seconds = [];
  #postmaster = 0;

  constructor({ seed, runs, verbose }) {
    this.seed = seed;
    this.runs = runs;
    this.verbose = verbose;
  }

  skipped(missing) {
    for (const one of missing) this.#notes.push(`skipped: ${one}`);
  }

  ended(attack, ends, seconds) {
    const counts = this.#ends.get(attack) ?? {};
    this.#ends.set(attack, counts);
    for (const end of ends) counts[end] = (counts[end] ?? 0) + 1;
    this.#seconds.push(seconds);
    if (this.verbose) console.log(`${attack}: ${ends.join(', ')} (${seconds.toFixed(1)} s)`);
  }

  postmasterKilled() {
    this.#postmaster += 1;
  }

  violation(text) {
    this.violations.push(text);
    console.log(`VIOLATION ${text}`);
  }

  readers(seen) {
    this.#readers = seen;
    for (const { way, errors, mixed, lost } of seen) {
      for (const one of [...new Set(errors)].slice(0, 5))
        this.violation(`a reader (${way}) met an error: ${one}`);
      for (const one of mixed.slice(0, 5)) this.violation(`a reader (${way}) saw two generations: ${one}`);
      for (const one of lost.slice(0, 5)) this.violation(`a reader (${way}) missed rows: ${one}`);
    }
  }

  print() {
    const seconds = (performance.now() - this.#began) / 1000;
    const total = this.#seconds.length;
    console.log(`\n${total} attacked runs in ${seconds.toFixed(0)} s, seed ${this.seed}\n`);
    const width = Math.max(...[...this.#ends.keys()].map((name) => name.length), 10);
    for (const [attack, counts] of [...this.#ends].sort()) {
      const ends = Object.entries(counts)
        .sort()
        .map(([end, count]) => `${count} ${end}`);
      console.log(`  ${attack.padEnd(width)}  ${ends.join(', ')}`);
    }
    if (this.#postmaster > 0)
      console.log(`  ${'postmaster killed'.padEnd(width)}  ${this.#postmaster} times`);
    console.log('');
    for (const { way, reads, again, lagging, connectionErrors, errors, mixed, lost } of this.#readers) {
      const also = [
        again > 0 && `${again} begun again`,
        lagging > 0 && `${lagging} with a view that said it lags`,
        connectionErrors > 0 && `${connectionErrors} broken connections while the postmaster was killed`,
      ].filter(Boolean);
      console.log(
        `  ${way}: ${reads} reads, ${errors.length} errors, ${mixed.length} mixed, ${lost.length} with rows lost${also.length > 0 ? ` (${also.join(', ')})` : ''}`,
      );
    }
    for (const note of this.#notes) console.log(`  ${note}`);
    console.log(
      this.violations.length === 0
        ? '\nAll held: the last tables equal a clean build, and the snapshot what was published.'
        : `\n${this.violations.length} VIOLATIONS. To repeat: npm run chaos -- --runs ${this.runs} --seed ${this.seed}`,
    );
  }
}
