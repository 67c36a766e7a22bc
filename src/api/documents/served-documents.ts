import { hash } from 'node:crypto';
import { Kind, parse, Source, validate, type FragmentDefinitionNode, type GraphQLSchema } from 'graphql';
import { NoUnusedFragmentsRule, specifiedRules } from 'graphql';
import type { Database } from '../../postgres/database.js';
import { GenerationLease } from '../../postgres/generation-lease.js';
import { quoteIdentifier } from '../../postgres/identifier.js';
import { wireValue } from '../../postgres/statements/wire-value.js';
import type { DocumentPlan } from '../../query/planner.js';
import type { ServedDocument } from '../../query/served-document.js';
import type { SdlSource } from '../../schema/catalog.js';
import { isDocumentFile } from '../../schema/operation-file.js';
import type { LoadedGeneration } from '../generation/loaded-generation.js';
import type { Log } from '../log.js';

export interface ServedDocumentsOptions {
  readonly database: Database;
  /** thau's own schema, quoted. */
  readonly state: string;
  readonly log: Log;
}

/**
 * Keeps the JSON of the fragments in `schema/documents/` ready: a table per fragment, filled by the statement that a
 * request would run, once per generation that changed anything of it (a table's name is the hash of that statement,
 * which names the physical relations). One process fills it, the others wait for its lock and find it. Until then
 * requests are answered live, and the answers are the same.
 */
export class ServedDocuments {
  readonly #options: ServedDocumentsOptions;
  #running: Promise<void> = Promise.resolve();

  constructor(options: ServedDocumentsOptions) {
    this.#options = options;
  }

  /** Begins to make ready what a generation serves; one generation after the other. */
  prepare(loaded: LoadedGeneration, isCurrent: () => boolean): void {
    if (loaded.documentSources.length === 0) return;
    this.#running = this.#running.then(async () => {
      if (!isCurrent()) return;
      try {
        await this.#prepare(loaded);
      } catch (error) {
        // answers stay live; the next generation is tried again
        this.#options.log.warn('documents could not be made ready', { error: String(error) });
      }
    });
  }

  /** Returns when nothing is being made ready. */
  settled(): Promise<void> {
    return this.#running;
  }

  async #prepare(loaded: LoadedGeneration): Promise<void> {
    const { database, state, log } = this.#options;
    const started = performance.now();
    const plans = loaded.documentSources.flatMap((source) => this.#plans(loaded, source));
    const lease = await GenerationLease.take({
      database,
      state,
      generation: Number(loaded.generation),
      holder: 'documents',
    });
    try {
      const ready: ServedDocument[] = [];
      for (const plan of plans) ready.push(await this.#fill(plan, loaded.generation));
      loaded.serve(ready);
      log.info(`${ready.length} documents are ready`, {
        generation: loaded.generation,
        milliseconds: Math.round(performance.now() - started),
      });
    } finally {
      await lease.release();
    }
    await this.#dropOld();
  }

  #plans(loaded: LoadedGeneration, source: SdlSource): DocumentPlan[] {
    const refuse = (why: string): DocumentPlan[] => {
      this.#options.log.warn(`${source.file} is not kept ready: ${why}`);
      return [];
    };
    let fragments: FragmentDefinitionNode[];
    try {
      fragments = readFragments(loaded.schema, source);
    } catch (error) {
      return refuse(error instanceof Error ? error.message : String(error));
    }
    return fragments.flatMap((fragment) => {
      const plan = loaded.planner.document(fragment);
      return plan === undefined
        ? refuse(
            `fragment ${fragment.name.value} is of no type with a key, has variables or conditions, or reads what changes without a publish`,
          )
        : [plan];
    });
  }

  async #fill(plan: DocumentPlan, generation: string): Promise<ServedDocument> {
    const { database, state } = this.#options;
    const digest = hash('sha256', `${plan.select} ${JSON.stringify(plan.values)}`, 'hex').slice(0, 24);
    const name = `document_${digest}`;
    const table = `${state}.${quoteIdentifier(name)}`;
    const columns = plan.key.map(({ column, type }) => `${quoteIdentifier(column)} ${type}`);
    const key = plan.key.map(({ column }) => quoteIdentifier(column)).join(', ');
    await database.transaction(async (tx) => {
      await tx.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [name]);
      const { rows } = await tx.query<{ there: boolean }>(`select to_regclass($1) is not null as there`, [
        table,
      ]);
      if (rows[0]?.there !== true) {
        await tx.query(`create table ${table} (${columns.join(', ')}, "thau body" text not null)`);
        // the sessions that answer requests write values so
        await tx.query(
          `set local timezone = 'UTC'; set local datestyle = 'ISO'; set local extra_float_digits = 1; set local jit = off`,
        );
        await tx.query(`insert into ${table} ${plan.select}`, plan.values.map(wireValue));
        await tx.query(`alter table ${table} add primary key (${key})`);
        await tx.query(`analyze ${table}`);
      }
      await tx.query(`comment on table ${table} is '${generation}'`);
    });
    return { type: plan.type, selection: plan.selection, table, needles: plan.needles };
  }

  /** Drops tables that stood ready for generations which are kept no more; one that is being read is left to the next time. */
  async #dropOld(): Promise<void> {
    const { database, state } = this.#options;
    const { rows } = await database.query<{ name: string }>(
      `select c.relname as name from pg_class c
       where c.relnamespace = $1::regnamespace and c.relkind = 'r' and c.relname ~ '^document_[0-9a-f]{24}$'
         and not exists (select from ${state}.generations g where g.retired_at is null
                         and g.generation::text = obj_description(c.oid, 'pg_class'))`,
      [state],
    );
    for (const { name } of rows) {
      await database
        .transaction(async (tx) => {
          await tx.query(`set local lock_timeout = '1s'`);
          await tx.query(`drop table if exists ${state}.${quoteIdentifier(name)}`);
        })
        .catch(() => undefined);
    }
  }
}

/** The fragments of a file, valid against the schema. */
function readFragments(schema: GraphQLSchema, source: SdlSource): FragmentDefinitionNode[] {
  const document = parse(new Source(source.text, source.file), { noLocation: true });
  const rules = specifiedRules.filter((rule) => rule !== NoUnusedFragmentsRule);
  const [wrong] = validate(schema, document, rules);
  if (wrong !== undefined) throw wrong;
  return document.definitions.map((node) => {
    if (node.kind !== Kind.FRAGMENT_DEFINITION) throw new Error('a file of documents holds fragments alone');
    return node;
  });
}

/** The files of a generation that hold documents. */
export const documentSourcesOf = (sources: readonly SdlSource[]): readonly SdlSource[] =>
  sources.filter(({ file, text }) => isDocumentFile(file) && text.trim() !== '');
