import { ThauError } from '../../errors/thau-error.js';
import type { ManifestNode } from '../../project/manifest.js';
import { selectBody } from '../materialisations/select-body.js';

/** dbt's configs of a test, with its defaults. */
export interface TestConfig {
  readonly severity: 'error' | 'warn';
  readonly warnIf: string;
  readonly errorIf: string;
  readonly failCalc: string;
  readonly limit: number | null;
  readonly storeFailures: 'table' | 'view' | null;
}

/** Reads a test's config; `flag` is `--store-failures`. */
export function testConfig(node: ManifestNode, flag: boolean): TestConfig {
  const { config } = node;
  const text = (key: string, otherwise: string): string => {
    const value = config[key];
    return typeof value === 'string' && value.trim() !== '' ? value : otherwise;
  };
  const severity = text('severity', 'error').toLowerCase();
  if (severity !== 'error' && severity !== 'warn') {
    throw new ThauError('BUILD_CONFIG', `Of ${node.unique_id}: severity is "${severity}".`, {
      at: { file: node.original_file_path },
      hint: 'It is error or warn.',
    });
  }
  const store = config['store_failures'];
  const as = text('store_failures_as', '');
  const wanted =
    as === 'table' || as === 'view' || (as === '' && (typeof store === 'boolean' ? store : flag));
  return {
    severity,
    warnIf: text('warn_if', '!= 0'),
    errorIf: text('error_if', '!= 0'),
    failCalc: text('fail_calc', 'count(*)'),
    limit: typeof config['limit'] === 'number' ? config['limit'] : null,
    storeFailures: wanted ? (as === 'view' ? 'view' : 'table') : null,
  };
}

/** The failing rows of a test, cut off as its config says. */
export function failingRows(sql: string, config: TestConfig): string {
  return config.limit === null
    ? selectBody(sql)
    : `(select * from ${selectBody(sql)} as dbt_internal_limited limit ${config.limit})`;
}

/** dbt's question about the failing rows: how many, and is that a warning or an error. */
export function verdictQuery(rows: string, config: TestConfig): string {
  return (
    `select ${config.failCalc} as failures, ${config.failCalc} ${config.warnIf} as should_warn, ` +
    `${config.failCalc} ${config.errorIf} as should_error\nfrom ${rows} as dbt_internal_test`
  );
}

export interface Verdict {
  readonly status: 'pass' | 'warn' | 'fail';
  readonly failures: number;
}

/** What the answer of `verdictQuery` means for a test of this severity. */
export function verdict(
  node: ManifestNode,
  config: TestConfig,
  rows: readonly (readonly (string | null)[])[],
): Verdict {
  const [failures, warn, error] = rows[0] ?? [];
  if (rows.length === 1 && failures === null) {
    throw new ThauError('BUILD_TEST_RESULT', `${node.unique_id} answered null: fail_calc gives no number.`, {
      at: { file: node.original_file_path },
      hint: 'Of no rows, sum() and max() are null: write coalesce(sum(…), 0).',
    });
  }
  const count = Number(failures);
  if (rows.length !== 1 || !Number.isFinite(count)) {
    throw new ThauError(
      'BUILD_TEST_RESULT',
      `${node.unique_id} answered ${rows.length} rows, not one number.`,
      {
        at: { file: node.original_file_path },
        hint: 'fail_calc must be one aggregate over the failing rows, such as count(*).',
      },
    );
  }
  const isTrue = (value: string | null | undefined): boolean => value === 't' || value === 'true';
  if (config.severity === 'error' && isTrue(error)) return { status: 'fail', failures: count };
  // dbt counts no failures of a test that passes, whatever its fail_calc answered
  return isTrue(warn) ? { status: 'warn', failures: count } : { status: 'pass', failures: 0 };
}
