import type { Knex } from 'knex';

/** Who read whose personal data; written by the API where `api.audit_subject` is set. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(/* sql */ `
    create table subject_reads (
        read_id bigint generated always as identity primary key,
        read_at timestamptz not null default clock_timestamp(),
        key_id text,                              -- null where no key was needed
        caller text not null,                     -- the key's name
        role text not null,
        request_id text not null,                 -- stands in the log too
        operation text,
        generation bigint not null,
        fields text[] not null,                   -- Customer.email, …
        subjects text[] not null                  -- values of the subject column; Type:key where a row has none
    );
    create index subject_reads_read_at on subject_reads (read_at);
    create index subject_reads_subjects on subject_reads using gin (subjects)
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table subject_reads');
}
