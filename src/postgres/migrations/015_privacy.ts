import type { Knex } from 'knex';

/** Requests of data subjects, erasures with their proofs, and what keeps erased records from coming back. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(/* sql */ `
    create table privacy_cases (
        case_id bigint generated always as identity primary key,
        kind text not null check (kind in ('access', 'erase', 'correct', 'withdraw', 'object')),
        subject text,                               -- as it was named; a hash once the person is erased
        subject_hashes text[] not null default '{}',
        note text,
        opened_by text not null,
        opened_at timestamptz not null default clock_timestamp(),
        due_at timestamptz not null,
        state text not null default 'open' check (state in ('open', 'done', 'refused')),
        closed_by text,
        closed_at timestamptz,
        outcome text
    );
    create index on privacy_cases (due_at) where state = 'open';
    create table erasures (
        erasure_id bigint generated always as identity primary key,
        case_id bigint references privacy_cases,
        subject_hashes text[] not null,             -- salted: of the numbers and identifiers the person had
        state text not null check (state in ('rebuilding', 'done', 'open')),
        requested_by text not null,
        began_at timestamptz not null default clock_timestamp(),
        finished_at timestamptz,
        generation bigint,                          -- the first without the person
        searched_for jsonb,                         -- the identifiers, while the erasure goes on; null once it is done
        proof jsonb not null
    );
    create index on erasures using gin (subject_hashes);
    create table erased_records (                   -- records that were erased: delivered again, they go again
        source_schema text not null,
        source_table text not null,
        key_columns text[] not null,
        key_hash text not null,                     -- salted
        empties text[],                             -- of a row that stays: the columns emptied; null: the row goes
        erasure_id bigint not null references erasures,
        primary key (source_schema, source_table, key_hash)
    );
    create table privacy_log (                      -- who erased and exported whom
        log_id bigint generated always as identity primary key,
        done_at timestamptz not null default clock_timestamp(),
        done_by text not null,
        host text not null,
        what text not null check (what in ('export', 'erase', 'erase again', 'case opened', 'case closed')),
        case_id bigint,
        erasure_id bigint,
        subject_hash text,
        row_count bigint
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(/* sql */ `drop table privacy_log, erased_records, erasures, privacy_cases`);
}
