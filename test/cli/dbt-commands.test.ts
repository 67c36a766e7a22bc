import { describe, expect, test } from 'vitest';
import { commandsFor } from '../../src/cli/commands/all.js';
import { allCommands, makeProgram } from '../../src/cli/program.js';

const program = makeProgram(await commandsFor([]), () => () => Promise.resolve());
const known = new Map(
  // dbt's list; keys and schedules have a list of their own
  allCommands(program)
    .reverse()
    .map((command) => [command.name(), command]),
);

const running = ['build', 'run', 'test', 'seed', 'snapshot'];
const selecting = [...running, 'compile', 'list', 'show', 'clone'];

describe("a dbt user's fingers", () => {
  test('has the commands of dbt', () => {
    const names = [
      ...selecting,
      'parse',
      'source',
      'freshness',
      'docs',
      'run-operation',
      'retry',
      'deps',
      'debug',
      'clean',
    ];
    expect(names.filter((name) => !known.has(name))).toEqual([]);
    expect(known.get('list')?.aliases()).toContain('ls');
  });

  test('has the flags of dbt', () => {
    const flags: [readonly string[], readonly string[]][] = [
      [
        selecting,
        [
          '--select',
          '--models',
          '--exclude',
          '--selector',
          '--state',
          '--resource-type',
          '--exclude-resource-type',
          '--indirect-selection',
          '--vars',
        ],
      ],
      [
        running,
        [
          '--threads',
          '--fail-fast',
          '--full-refresh',
          '--empty',
          '--sample',
          '--event-time-start',
          '--event-time-end',
          '--store-failures',
          '--defer',
          '--favor-state',
        ],
      ],
      [['deps'], ['--upgrade', '--lock', '--add-package', '--source', '--no-version-check']],
      [['list'], ['--output', '--output-keys']],
      [['show'], ['--inline', '--limit', '--output']],
      [['run-operation'], ['--args', '--vars']],
    ];
    const global = new Set(program.options.map(({ long }) => long));
    expect(
      [
        '--project-dir',
        '--profiles-dir',
        '--profile',
        '--target',
        '--log-format',
        '--quiet',
        '--debug',
        '--no-partial-parse',
        '--warn-error',
        '--target-path',
      ].filter((flag) => !global.has(flag)),
    ).toEqual([]);
    const missing = flags.flatMap(([names, wanted]) =>
      names.flatMap((name) => {
        const options = new Set(known.get(name)?.options.map(({ long }) => long));
        return wanted.filter((flag) => !options.has(flag)).map((flag) => `${name} ${flag}`);
      }),
    );
    expect(missing).toEqual([]);
  });
});
