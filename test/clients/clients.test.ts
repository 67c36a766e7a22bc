import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shop, publishFixture } from '../api/support/publish-fixture.js';
import { serveFixture, type Served } from '../api/support/serve-fixture.js';
import { readPage } from '../docs/page.js';

const installed = resolve(import.meta.dirname, 'node_modules');
if (!existsSync(installed)) {
  console.log('skipped: the client libraries are not installed (npm ci --prefix test/clients)');
}
const run = promisify(execFile);

/** What the page about segments asks for, as schema/segment.graphql has it. */
const segmentSdl = `
  input CustomerBy @oneOf { id: ID email: EmailAddress }
  type Segment @relation(model: "segments", key: ["segment_id"]) { segmentId: String! name: String! }
  type Score @relation(model: "scores", key: ["customer_id", "name"]) { name: String! value: Int }
  type SegmentRule @relation(model: "thau.segment_rules", key: ["segment_id"]) { segmentId: String! name: String! rule: JSON! }
  input SegmentInput { segmentId: String name: String! rule: CustomerFilter! }
  type SegmentPreview { size: Int total: Int share: Float customers: CustomerConnection! @many }
  extend type Query { previewSegment(rule: CustomerFilter!): SegmentPreview! }
`;

let served: Served;
let root: string;

beforeAll(async () => {
  if (!existsSync(installed)) return;
  root = mkdtempSync(join(tmpdir(), 'thau clients '));
  served = await serveFixture();
  await publishFixture(served.home, {
    ...shop,
    sdl: shop.sdl
      .replace(
        'customer(id: ID!): Customer @one',
        'customer(by: CustomerBy!): Customer @one node(id: ID!): Node',
      )
      .replace(
        'fullName: String',
        `fullName: String email: String province: String
        segments: [Segment!]! @many(order: ["name"], via: {model: "segment_members", from: ["customer_id"], to: ["segment_id"]})
        scores: [Score!]! @many(on: ["customer_id"], order: ["name"])`,
      )
      .replace('type Mutation {', 'type Mutation { createSegment(input: SegmentInput!): SegmentRule!')
      .concat(segmentSdl),
    models: {
      ...shop.models,
      customers: `select * from (values (1, 'Nguyễn Thị Ánh', 'an@example.com', 'Huế'),
        (2, 'Trần Bảo', 'bao@example.com', 'Hà Nội'), (3, 'Vũ Chi', 'chi@example.com', 'Huế'))
        as c (customer_id, full_name, email, province)`,
      segments: `select 'loyal' as segment_id, 'Loyal' as name`,
      segment_members: `select 'loyal' as segment_id, 1 as customer_id`,
      scores: `select 1 as customer_id, 'nps' as name, 9 as value`,
    },
    keys: {
      ...shop.keys,
      segments: ['segment_id'],
      segment_members: ['segment_id', 'customer_id'],
      scores: ['customer_id', 'name'],
    },
    ruleModels: ['customers', 'orders'],
  });
  await served.published();
  // `thau` as the pages type it, over the project whose schema the clients read
  const project = join(root, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'dbt_project.yml'), 'name: shop\n');
  mkdirSync(join(root, 'bin'));
  const bin = resolve('bin/thau.js');
  writeFileSync(
    join(root, 'bin/thau'),
    `#!/bin/sh\nexec "${process.execPath}" "${bin}" --project-dir "${project}" "$@"\n`,
  );
  chmodSync(join(root, 'bin/thau'), 0o755);
});
afterAll(async () => {
  if (!existsSync(installed)) return;
  await served.close();
  rmSync(root, { recursive: true });
});

/** Writes a page's files and types its commands; what they printed, one text a command. */
async function follow(name: string): Promise<readonly string[]> {
  const folder = join(root, name);
  mkdirSync(folder);
  symlinkSync(installed, join(folder, 'node_modules'));
  const printed: string[] = [];
  for (const step of readPage(`docs/clients/${name}.md`)) {
    if (step.kind === 'file') {
      mkdirSync(dirname(join(folder, step.path)), { recursive: true });
      writeFileSync(join(folder, step.path), step.text);
    } else if (step.kind === 'shell') {
      for (const command of step.commands) {
        if (command.startsWith('npm install')) continue;
        const { stdout } = await run('sh', ['-c', command], {
          cwd: folder,
          env: {
            ...process.env,
            PATH: [join(root, 'bin'), join(installed, '.bin'), process.env['PATH'] ?? ''].join(delimiter),
            DATABASE_URL: served.home.test.url,
            THAU_URL: `${served.api.url}/graphql`,
            THAU_KEY: served.key,
          },
        }).catch((error: unknown) => {
          const { stdout: out = '', stderr = '' } = error as { stdout?: string; stderr?: string };
          throw new Error(`docs/clients/${name}.md, line ${step.line}: ${command}\n${out}${stderr}`);
        });
        printed.push(stdout);
      }
    }
  }
  return printed;
}

describe.skipIf(!existsSync(installed))('the examples of docs/clients', () => {
  test('GraphQL Code Generator types a document, from the printed schema and from the API itself', async () => {
    const [, , , asked] = await follow('codegen');
    expect(asked).toBe('Nguyễn Thị Ánh 90000 + 1250000.50\n');
  });

  test('what the generator types is refused by tsc when it is used wrongly', async () => {
    const folder = join(root, 'codegen');
    const wrong = `import { graphql } from './gql/gql.js';
import type { ResultOf } from '@graphql-typed-document-node/core';
const document = graphql(\`query CustomerByEmail($email: EmailAddress!) { customer(by: { email: $email }) { fullName } }\`);
export const name: number = ({} as ResultOf<typeof document>).customer!.fullName!;
`;
    writeFileSync(join(folder, 'src/wrong.ts'), wrong);
    await expect(
      run(process.execPath, [join(installed, 'typescript/bin/tsc'), '--noEmit'], { cwd: folder }),
    ).rejects.toMatchObject({ stdout: expect.stringContaining('src/wrong.ts') as string });
  });

  test('Apollo Client grows a connection page by page and knows rows by their ids', async () => {
    const [names, errors] = await follow('apollo-client');
    expect(names?.split('\n')).toEqual([
      'first page: Nguyễn Thị Ánh, Trần Bảo',
      'both pages: Nguyễn Thị Ánh, Trần Bảo, Vũ Chi',
      'from the cache: Nguyễn Thị Ánh',
      '',
    ]);
    expect(errors).toMatch(/^(BAD_USER_INPUT|GRAPHQL_VALIDATION_FAILED) .*EmailAddress|email/i);
  });

  test('urql asks by GET, finds nobody, and shows the code of a fault', async () => {
    const [found, nobody, fault] = await follow('urql');
    expect(found).toBe(
      'Nguyễn Thị Ánh\n2026-02-05T03:00:00.25+00:00 90000\n2026-01-05T03:00:00+00:00 1250000.50\n',
    );
    expect(nobody).toBe('nobody\n');
    expect(fault).toBe('BAD_USER_INPUT\n');
  });

  test("a customer's page and a segment editor show, count and save what they are asked", async () => {
    const [customer, saved, again, empty] = await follow('customer-and-segments');
    expect(customer?.split('\n')).toEqual([
      'Nguyễn Thị Ánh, Huế',
      '2 orders, 1340000.50 in all',
      '  2026-02-05 90000',
      '  2026-01-05 1250000.50',
      'in Loyal',
      'nps 9',
      '',
    ]);
    expect(saved).toBe('1 of 3: Vũ Chi\nsaved as quiet_in_hue\n');
    expect(again).toMatch(/^2 of 3: .*\nBAD_USER_INPUT: There is a segment "quiet_in_hue" already\.\n$/);
    expect(empty).toMatch(/^QUERY_RULE: .+\n$/);
    expect(await served.home.test.query('select segment_id, name from thau.segment_rules')).toEqual([
      { segment_id: 'quiet_in_hue', name: 'Quiet in Huế' },
    ]);
  });

  test("Relay's compiler takes the schema, and its pagination query goes through node(id:)", async () => {
    const [, compiled, asked] = await follow('relay');
    expect(compiled).toBeDefined();
    expect(asked).toBe('Nguyễn Thị Ánh\n1 orders so far\n2 orders\n');
  });
});

test('every package that a page installs is one that the test runs', () => {
  const { dependencies } = JSON.parse(readFileSync('test/clients/package.json', 'utf8')) as {
    dependencies: Readonly<Record<string, string>>;
  };
  const pages = ['codegen', 'apollo-client', 'urql', 'relay', 'customer-and-segments'];
  const named = pages.flatMap((page) =>
    readPage(`docs/clients/${page}.md`).flatMap((step) =>
      step.kind === 'shell' ? step.commands.filter((command) => command.startsWith('npm install')) : [],
    ),
  );
  const packages = named.flatMap((command) =>
    command
      .split(' ')
      .slice(2)
      .filter((word) => !word.startsWith('--')),
  );
  expect([...new Set(packages)].filter((name) => dependencies[name] === undefined)).toEqual([]);
});
