import { ThauError } from '../../errors/thau-error.js';
import { quoteIdentifier } from '../../postgres/identifier.js';
import type { Session } from '../../postgres/session.js';
import type { InjectedCte } from '../../project/context/inject-ctes.js';
import type { ManifestNode, SourceNode } from '../../project/manifest.js';
import { unitTestName, type GivenInput, type UnitTestNode } from '../../project/unit-tests/unit-test.js';
import { readQueryColumns } from '../materialisations/query-columns.js';
import { selectBody } from '../materialisations/select-body.js';
import { nodeFailure } from '../run/node-failure.js';
import type { RunScope } from '../run/run-scope.js';
import type { TestRun } from '../tests/run-test.js';
import type { Column } from '../views/view-text.js';
import { fixtureSql, namedColumns } from './fixture-sql.js';
import { inputColumns } from './input-columns.js';
import { unitTestDiff } from './unit-test-diff.js';

/**
 * Runs a model's SQL over given rows, as CTEs in the place of what it reads, and holds the answer against what is
 * expected. Reads no rows of the warehouse: only the columns and types of the inputs.
 */
export async function runUnitTest(session: Session, scope: RunScope, test: UnitTestNode): Promise<TestRun> {
  const tested = scope.options.manifest.nodes[test.tested_node_unique_id];
  if (tested === undefined) throw new ThauError('BUILD_UNIT_TEST', `the model ${test.model} is gone`);
  let sql: string;
  try {
    sql = await compileUnitTest(session, scope, test, tested);
    return await compare(session, scope, test, sql);
  } catch (error) {
    throw failureOf(error, test, tested);
  }
}

async function compileUnitTest(
  session: Session,
  scope: RunScope,
  test: UnitTestNode,
  tested: ManifestNode,
): Promise<string> {
  const { renderer, manifest } = scope.options;
  if (renderer.compileUnitTest === undefined) throw new Error('the renderer runs no unit tests');
  const ctes: InjectedCte[] = [];
  const names = new Map<string, string>();
  for (const [place, given] of test.given.entries()) {
    const id = test.given_nodes[place] ?? '';
    const input = manifest.nodes[id] ?? manifest.sources[id];
    if (input === undefined) throw new ThauError('BUILD_UNIT_TEST', `the input ${given.input} is gone`);
    const name = cteName(input, new Set(names.values()));
    names.set(id, name);
    ctes.push({ name, sql: await givenSql(session, scope, given, input, test) });
  }
  const adapter = scope.adapter(session);
  const compiled = await renderer.compileUnitTest(tested, ctes, {
    ...scope.context(adapter, null),
    unitTest: {
      name: test.name,
      ctes: names,
      self: names.get(tested.unique_id) ?? null,
      overrides: test.overrides,
    },
  });
  await adapter.commit();
  return compiled;
}

/** As dbt names them; two sources may have tables of one name. */
function cteName(input: ManifestNode | SourceNode, taken: ReadonlySet<string>): string {
  const base =
    input.resource_type === 'source'
      ? `__dbt__cte__${input.source_name}__${input.name}`
      : `__dbt__cte__${input.alias}`;
  const plain = /^[a-z_][a-z0-9_]*$/.test(base) ? base : base.toLowerCase().replace(/[^a-z0-9_]/g, '_');
  for (let number = 1; ; number++) {
    const name = number === 1 ? plain : `${plain}_${number}`;
    if (!taken.has(name)) return name;
  }
}

async function givenSql(
  session: Session,
  scope: RunScope,
  given: GivenInput,
  input: ManifestNode | SourceNode,
  test: UnitTestNode,
): Promise<string> {
  if (typeof given.rows === 'string') {
    const adapter = scope.adapter(session);
    const sql = await scope.options.renderer.render(given.rows, scope.context(adapter, null));
    await adapter.commit();
    return sql;
  }
  const columns = await inputColumns(session, scope, input, test.name);
  return fixtureSql(given.rows, { owner: `the input ${given.input}`, columns });
}

async function compare(session: Session, scope: RunScope, test: UnitTestNode, sql: string): Promise<TestRun> {
  const produced = await readQueryColumns(session, sql);
  const { rows } = test.expect;
  const columns =
    typeof rows === 'string' || rows.length === 0 ? produced : namedColumns(rows, 'expect', produced);
  const expected = await expectedSql(session, scope, test, columns);
  const list = columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  const whole = [
    '-- what the model makes of the given rows, and what it should',
    `select ${list}, 'actual' as "actual_or_expected" from ${selectBody(sql)} as _dbt_internal_unit_test_actual`,
    'union all',
    `select ${list}, 'expected' as "actual_or_expected" from ${selectBody(expected)} as _dbt_internal_unit_test_expected`,
  ].join('\n');
  const answer = await session.queryText(whole);
  const of = (side: string): (string | null)[][] =>
    answer.rows.filter((row) => row.at(-1) === side).map((row) => row.slice(0, -1));
  const diff = unitTestDiff({
    columns: answer.fields.slice(0, -1),
    actual: of('actual'),
    expected: of('expected'),
  });
  return {
    status: diff === undefined ? 'pass' : 'fail',
    failures: diff === undefined ? 0 : 1,
    message: diff === undefined ? null : `actual differs from expected:\n\n${diff}\n`,
    relation: null,
    compiledCode: whole,
  };
}

async function expectedSql(
  session: Session,
  scope: RunScope,
  test: UnitTestNode,
  columns: readonly Column[],
): Promise<string> {
  const { rows } = test.expect;
  if (typeof rows !== 'string') return fixtureSql(rows, { owner: 'expect', columns });
  const adapter = scope.adapter(session);
  const sql = await scope.options.renderer.render(rows, scope.context(adapter, null));
  await adapter.commit();
  return sql;
}

/** The model's file where its SQL is refused, the test's entry for what is wrong with the test. */
function failureOf(error: unknown, test: UnitTestNode, tested: ManifestNode): unknown {
  const found = nodeFailure(error, tested);
  if (!(found instanceof ThauError)) return error;
  const at = found.code === 'BUILD_UNIT_TEST' ? (test['declared_at'] as ThauError['at']) : found.at;
  return new ThauError(found.code, `unit test ${unitTestName(test)}: ${found.message}`, {
    ...(at && { at }),
    ...(found.hint !== undefined && { hint: found.hint }),
    ...(found.excerpt !== undefined && found.code !== 'BUILD_UNIT_TEST' && { excerpt: found.excerpt }),
    notes: found.notes,
    cause: error,
  });
}
