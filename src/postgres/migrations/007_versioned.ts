import type { Knex } from 'knex';

/**
 * Relations whose generations share rows (docs/decisions/0404): a table with the newest rows, one beside it with
 * those that a later run superseded, and a view for each version.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(/* sql */ `
    create table versioned_tables (
        table_schema text not null,
        table_name text not null,
        superseded_name text not null,              -- the table beside it, in the same schema
        head bigint not null,                       -- the run whose rows the table holds
        definition text not null,                   -- what of the config shaped it: its indexes
        made_rows bigint not null,
        made_bytes bigint not null,
        primary key (table_schema, table_name),
        foreign key (table_schema, table_name) references relations (relation_schema, relation_name)
            on delete cascade on update cascade
    );
    create table versioned_views (
        relation_schema text not null,
        relation_name text not null,
        table_schema text not null,
        table_name text not null,
        version bigint not null,                    -- the run whose rows the view shows
        whole boolean not null,                     -- its text reads the table whole: right while no later run adds to it
        primary key (relation_schema, relation_name),
        unique (table_schema, table_name, version),
        foreign key (relation_schema, relation_name) references relations (relation_schema, relation_name)
            on delete cascade on update cascade deferrable initially deferred,
        foreign key (table_schema, table_name) references versioned_tables on delete cascade on update cascade
    );

    -- the rows a statement takes away from a versioned table go to the table beside it; a run's own rows just go
    create function keep_superseded() returns trigger language plpgsql as $$
    begin
        execute format('insert into %s select o.*, $1 from superseded as o where o._from_gen is null or o._from_gen < $1', tg_argv[0])
            using current_setting('thau.version')::integer;
        return null;
    end $$;

    -- a row that a statement changes is a row of that run
    create function stamp_version() returns trigger language plpgsql as $$
    begin
        new._from_gen := current_setting('thau.version')::integer;
        return new;
    end $$;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(/* sql */ `
    drop function stamp_version();
    drop function keep_superseded();
    drop table versioned_views, versioned_tables;
  `);
}
