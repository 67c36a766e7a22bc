import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { runThau } from '../../support/run-thau.js';
import { root } from './warehouse.js';

/** What staging gives identity, table by table; text where no type is named. */
const staged: Readonly<Record<string, string>> = {
  stg_crm__contacts:
    'contact_id, created_at timestamptz, name_key, phone, email, birth_date, province_name, sex, updated_at timestamptz, batch bigint',
  stg_loyalty__members:
    'member_no, joined_at timestamptz, name_key, phone, email, birth_date, sex, batch bigint',
  stg_loyalty__referrals:
    'referral_id, created_at timestamptz, referee_member_no, referee_phone, batch bigint',
  stg_ecommerce__customers:
    'customer_id, registered_at timestamptz, name_key, phone, email, birth_date, province_name, sex, anonymous_id, batch bigint',
  stg_ecommerce__orders:
    'order_key, placed_at timestamptz, name_key, account_id, phone, email, anonymous_id, channel, shop_id, buyer_id, batch bigint',
  stg_ecommerce__carts: 'cart_id, created_at timestamptz, account_id, anonymous_id, batch bigint',
  stg_ecommerce__reviews: 'review_id, created_at timestamptz, account_id, order_key, batch bigint',
  stg_pos__receipts: 'receipt_id, sold_at timestamptz, name_key, member_no, phone, batch bigint',
  stg_pos__store_visits: 'visit_id, visited_at timestamptz, member_no, phone, batch bigint',
  stg_support__tickets:
    'ticket_id, created_at timestamptz, name_key, phone, email, order_key, told_at timestamptz, batch bigint, rejected_because',
  stg_support__calls:
    'call_id, started_at timestamptz, phone, ticket_id, told_at timestamptz, batch bigint, rejected_because',
  stg_support__chats:
    'conversation_id, started_at timestamptz, phone, anonymous_id, channel, profile_id, batch bigint',
  stg_survey__invitations:
    'invitation_id, sent_at timestamptz, phone, email, touchpoint_type, touchpoint_channel, touchpoint_id, batch bigint',
  stg_warranty__claims:
    'claim_id, opened_at timestamptz, name_key, phone, bought_from, bought_in, batch bigint',
  stg_social__mentions: 'mention_id, occurred_at timestamptz, phone, platform, profile_id, batch bigint',
  stg_social__engagements: 'engagement_id, occurred_at timestamptz, platform, profile_id, batch bigint',
  stg_marketing__ad_clicks: 'click_id, occurred_at timestamptz, anonymous_id, batch bigint',
  stg_marketing__email_events:
    'event_id, email, anonymous_id, occurred_at timestamptz, told_at timestamptz, batch bigint, rejected_because',
  stg_web__events:
    'event_id, anonymous_id, account_id, email, occurred_at timestamptz, told_at timestamptz, batch bigint, rejected_because',
  stg_app__events:
    'event_id, device_id, account_id, occurred_at timestamptz, told_at timestamptz, batch bigint, rejected_because',
};

/** The key of what may be told again: what was told first counts (`told_at`), and the others are set aside as base models do. */
const retold: Readonly<Record<string, string>> = {
  stg_support__tickets: 'ticket_id',
  stg_support__calls: 'call_id',
  stg_marketing__email_events: 'event_id',
  stg_web__events: 'event_id',
  stg_app__events: 'event_id',
};

export type Row = Readonly<Record<string, string | null>>;
/** One delivered row: of the staging table called so. */
export interface Arrival {
  readonly table: string;
  readonly row: Row;
}
export type Split = readonly [a: string, b: string];

/** The real models of transforms/unified/identity over plain tables in the place of staging; the second step is off unless asked for. */
export interface IdentityProject {
  readonly database: TestDatabase;
  /** Puts rows where staging would; those of one call have one time of loading. */
  deliver(arrivals: readonly Arrival[], loadedAt: string): Promise<void>;
  /** People that somebody said are two. */
  tellApart(splits: readonly Split[]): void;
  thau(...args: string[]): Promise<string>;
  drop(): Promise<void>;
}

export async function createIdentityProject(
  vars: Readonly<Record<string, number>> = {},
): Promise<IdentityProject> {
  const database = await createTestDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'thau-identity-'));
  const write = (path: string, text: string): void => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const identity = join(root, 'transforms/unified/identity');
  for (const file of readdirSync(identity, { recursive: true, encoding: 'utf8' })) {
    if (file.endsWith('.sql')) cpSync(join(identity, file), join(folder, 'models', file));
  }
  for (const macro of [
    'batches.sql',
    'delivered_since.sql',
    'get_incremental_replace_sql.sql',
    'components.sql',
    'evidence_tree.sql',
    'identity',
    'matching',
    'touched_customers.sql',
    'generate_schema_name.sql',
  ]) {
    cpSync(join(root, 'transforms/macros', macro), join(folder, 'macros', macro), { recursive: true });
  }
  for (const seed of ['blocked_identifiers', 'identity_limits']) {
    cpSync(join(root, `seeds/reference/${seed}.csv`), join(folder, `seeds/${seed}.csv`));
  }
  write(
    'seeds/_seeds.yml',
    `seeds:
  - {name: blocked_identifiers, config: {column_types: {identifier_type: text, pattern: text, reason: text}}}
  - {name: identity_limits, config: {column_types: {identifier_type: text, other_type: text, max_tied: integer}}}
  - name: identity_splits
    config: {column_types: {identity_a: text, identity_b: text, said_by: text, said_on: date, reason: text}}
`,
  );
  const given = Object.entries({ identity_matching: false, ...vars }).map(
    ([name, value]) => `  ${name}: ${String(value)}`,
  );
  write(
    'dbt_project.yml',
    `name: identity
version: '1.0'
macro-paths: [macros]
vars:
${given.join('\n')}
models:
  identity: {+materialized: table, +schema: unified}
seeds:
  identity: {+schema: reference}
on-run-start:
  - '{{ create_components_function() }}'
  - '{{ create_evidence_functions() }}'
  - '{{ create_matching_functions() }}'
`,
  );
  write('models/clock.sql', "select timestamptz '2026-03-01 00:00Z' as as_of_at\n");
  write(
    'models/sources.yml',
    `sources:\n  - name: raw\n    tables: [${Object.keys(staged).join(', ')}]\n`.replace(
      /(?<=[[ ])(stg_\w+)/g,
      '{name: $1}',
    ),
  );
  await database.query('create schema raw');
  for (const [table, columns] of Object.entries(staged)) {
    const typed = columns.split(', ').map((column) => (column.includes(' ') ? column : `${column} text`));
    await database.query(`create table raw.${table} (${typed.join(', ')}, loaded_at timestamptz)`);
    const latest = table === 'stg_crm__contacts' ? 'distinct on (contact_id) ' : '';
    const all = `{{ config(materialized='view') }}\nselect ${latest}* from {{ source('raw', '${table}') }}`;
    if (table in retold) write(`models/${table.replace('stg_', 'base_')}.sql`, `${all}\n`);
    write(
      `models/${table}.sql`,
      `${all}${latest ? ' order by contact_id, updated_at desc' : ''}${table in retold ? ' where rejected_because is null' : ''}\n`,
    );
  }
  const tellApart = (splits: readonly Split[]): void => {
    const rows = splits.map(([a, b]) => `${a},${b},support,2026-03-01,said so\n`);
    write('seeds/identity_splits.csv', `identity_a,identity_b,said_by,said_on,reason\n${rows.join('')}`);
  };
  tellApart([]);
  let delivered = 0;
  return {
    database,
    async deliver(arrivals, loadedAt) {
      delivered += 1;
      const tables = new Set(arrivals.map(({ table }) => table));
      for (const table of tables) {
        const rows = arrivals
          .filter((arrival) => arrival.table === table)
          .map(({ row }) => ({ ...row, loaded_at: loadedAt, batch: String(delivered) }));
        await database.query(
          `insert into raw.${table} select * from jsonb_populate_recordset(null::raw.${table}, $1::jsonb)`,
          [JSON.stringify(rows)],
        );
        const key = retold[table];
        if (key === undefined) continue;
        await database.query(
          /* sql */ `
          update raw.${table} as told set batch = $1, rejected_because = ranked.because
          from (
            select ctid as place, case
              when row_number() over (partition by ${key} order by told_at) > 1 then 'delivered again'
            end as because
            from raw.${table}
          ) as ranked
          where told.ctid = ranked.place
            and ${key} in (select ${key} from raw.${table} where batch = $1)`,
          [delivered],
        );
      }
    },
    tellApart,
    async thau(...args) {
      const ran = await runThau(args, { cwd: folder, env: { DATABASE_URL: database.url } });
      if (ran.code !== 0) throw new Error(ran.stdout + ran.stderr);
      return ran.stdout;
    },
    async drop() {
      await database.drop();
      rmSync(folder, { recursive: true });
    },
  };
}
