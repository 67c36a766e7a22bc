import type { GraphQLError } from 'graphql';
import type { RoleBook } from '../../access/role-book.js';
import type { Database } from '../../postgres/database.js';
import type { Queryable } from '../../postgres/queryable.js';
import { ruleFault, type CompiledRule } from '../../query/segment-rule.js';
import type { LoadedGeneration } from '../generation/loaded-generation.js';
import { graphqlFault } from '../graphql/graphql-fault.js';
import type { RequestContext } from '../http/request-context.js';
import type { Log } from '../log.js';
import { circle, segmentIdOf } from './segment-names.js';
import { putRule, storedRules, type SegmentRuleRow, type StoredRule } from './segment-rows.js';

/** What `createSegment` is given; `updateSegment` may leave out any of it. */
interface SegmentInput {
  readonly segmentId?: string | null;
  readonly name: string;
  readonly nameVi?: string | null;
  readonly description?: string | null;
  readonly purpose?: string | null;
  readonly contactChannel?: string | null;
  readonly rule: unknown;
}

export interface SegmentRulesOptions {
  readonly database: Database;
  /** thau's own schema, quoted. */
  readonly state: string;
  readonly roles: RoleBook;
  readonly log: Log;
  readonly current: () => LoadedGeneration | undefined;
}

/** The model of a build that takes stored rules in; what it depends on is what they may look at. */
const takingModel = 'segment_rule_members';
/** Builds have these in another form, which a rule may name. */
const always = ['segments', 'segment_members'];

/** Segments that applications define. A rule is compiled under its author's role when it is written and at each publish. */
export class SegmentRules {
  readonly #options: SegmentRulesOptions;

  constructor(options: SegmentRulesOptions) {
    this.#options = options;
  }

  /** Keyed by field, as graphql-js takes a root value. */
  get mutations(): Readonly<
    Record<string, (args: never, context: RequestContext) => Promise<SegmentRuleRow>>
  > {
    return {
      createSegment: ({ input }: { readonly input: SegmentInput }, context: RequestContext) =>
        this.#write(context, (rules) => {
          const segmentId = input.segmentId ?? segmentIdOf(input.name);
          if (!/^[a-z][a-z0-9_]{0,62}$/.test(segmentId)) {
            throw refused(`"${segmentId}" is no segment's id.`, 'Small letters, digits and _: loyal_in_hue.');
          }
          if (rules.some((one) => one.segmentId === segmentId)) throw taken(segmentId);
          return written(segmentId, input);
        }),
      updateSegment: (
        { segmentId, input }: { readonly segmentId: string; readonly input: Partial<SegmentInput> },
        context: RequestContext,
      ) =>
        this.#write(context, (rules) => {
          const before = find(rules, segmentId);
          const { name, rule } = input;
          // a rule and a name are always there: null leaves them as they are
          return written(segmentId, {
            ...before,
            ...input,
            name: name ?? before.name,
            rule: rule ?? before.rule,
          });
        }),
      deleteSegment: ({ segmentId }: { readonly segmentId: string }, context: RequestContext) =>
        this.#delete(context, segmentId),
    };
  }

  /** Holds every rule against a generation, its roles and the project's; a fault is kept beside the rule. */
  async recheck(loaded: LoadedGeneration): Promise<void> {
    const { database, state, roles, log } = this.#options;
    const rules = await storedRules(database, state);
    if (rules.length === 0) return;
    const readable = await this.#readable(database);
    for (const rule of rules) {
      const role = roles.find(rule.role);
      const checked = checkedBy(() => {
        if (role === undefined) throw refused(`its author's role "${rule.role}" is no more`);
        return compile(loaded, rule.rule, { role: role.sight, claims: rule.claims }, readable);
      });
      const { rows } = await database.query(
        `update ${state}.segment_rules set compiled = coalesce($3, compiled), fault = $4
         where segment_id = $1 and updated_at = $2::timestamptz
           and (compiled, fault) is distinct from (coalesce($3, compiled), $4::text)
         returning segment_id`,
        [rule.segmentId, rule.updatedAt, checked.compiled && JSON.stringify(checked.compiled), checked.fault],
      );
      if (rows.length === 0 || checked.fault === null) continue;
      log.warn(`the rule of segment ${rule.segmentId} no longer fits; its members stay as they are`, {
        segment: rule.segmentId,
        fault: checked.fault,
      });
    }
  }

  async #write(
    context: RequestContext,
    make: (rules: readonly StoredRule[]) => Written,
  ): Promise<SegmentRuleRow> {
    const loaded = this.#hold(context);
    const { state } = this.#options;
    return this.#locked(async (on) => {
      const rules = await storedRules(on, state);
      const asked = make(rules);
      await this.#holdNames(on, loaded, rules, asked);
      const seen = { role: context.access.sight, claims: context.caller.claims };
      const compiled = compile(loaded, asked.rule, seen, await this.#readable(on));
      await this.#holdNamed(on, loaded, rules, asked.segmentId, compiled);
      return putRule(on, state, {
        ...asked,
        author: context.caller.keyId ?? context.caller.name,
        role: context.access.name,
        claims: context.caller.claims,
        compiled,
      });
    });
  }

  async #delete(context: RequestContext, segmentId: string): Promise<SegmentRuleRow> {
    this.#hold(context);
    const { state } = this.#options;
    return this.#locked(async (on) => {
      const rules = await storedRules(on, state);
      const rule = find(rules, segmentId);
      const user = rules.find(
        (one) => one.segmentId !== segmentId && one.compiled.segments.includes(segmentId),
      );
      if (user !== undefined) {
        throw refused(
          `The rule of "${user.segmentId}" names "${segmentId}".`,
          'Change or delete that one first.',
        );
      }
      await on.query(`delete from ${state}.segment_rules where segment_id = $1`, [segmentId]);
      return rule;
    });
  }

  /** One writer at a time, so that two together cannot name each other. */
  #locked<T>(work: (on: Queryable) => Promise<T>): Promise<T> {
    const { database, state } = this.#options;
    return database.transaction(async (on) => {
      await on.query(`lock table ${state}.segment_rules in share row exclusive mode`);
      return work(on);
    });
  }

  #hold(context: RequestContext): LoadedGeneration {
    if (!context.access.maySegment) {
      throw graphqlFault('FORBIDDEN', `The role "${context.access.name}" may not define segments.`, {
        status: 403,
        hint: 'A role may with `may: [segments]` in thau.yml.',
      });
    }
    const loaded = this.#options.current();
    if (loaded === undefined)
      throw graphqlFault('UNAVAILABLE', 'Nothing was published yet.', { status: 503 });
    return loaded;
  }

  /** What rules may look at, as the published project says; undefined where it takes no rules. */
  async #readable(on: Queryable): Promise<ReadonlySet<string>> {
    const { state } = this.#options;
    const { rows } = await on.query<{ model: string }>(
      `select regexp_replace(d #>> '{}', '^.*[.]', '') as model
       from ${state}.artifacts a join ${state}.pointer p using (generation),
         jsonb_path_query(a.content, '$.nodes[*] ? (@.name == $model).depends_on[*]', $1) d
       where a.kind = 'manifest'`,
      [JSON.stringify({ model: takingModel })],
    );
    return new Set([...always, ...rows.map(({ model }) => model)]);
  }

  async #holdNames(
    on: Queryable,
    loaded: LoadedGeneration,
    rules: readonly StoredRule[],
    { segmentId, name, purpose }: Written,
  ): Promise<void> {
    const lower = name.toLowerCase();
    if (name.trim() === '') throw refused('A segment has a name.');
    if (rules.some((one) => one.segmentId !== segmentId && one.name.toLowerCase() === lower))
      throw taken(name);
    const segments = loaded.relation('segment_definitions');
    if (segments !== undefined) {
      const { rows } = await on.query(
        `select from ${segments} where origin = 'file' and (segment_id = $1 or lower(name) = $2)`,
        [segmentId, lower],
      );
      if (rows.length > 0) throw taken(name);
    }
    const purposes = loaded.relation('consent_purposes');
    if (purposes === undefined) return;
    const { rows } = await on.query<{ purpose: string }>(`select purpose from ${purposes} order by 1`);
    if (rows.some((one) => one.purpose === purpose)) return;
    throw refused(
      `There is no purpose "${purpose}".`,
      `Purposes: ${rows.map((one) => one.purpose).join(', ')}.`,
    );
  }

  /** Segments that a rule names are there, and none leads back to it. */
  async #holdNamed(
    on: Queryable,
    loaded: LoadedGeneration,
    rules: readonly StoredRule[],
    segmentId: string,
    compiled: CompiledRule,
  ): Promise<void> {
    const others = rules.filter((one) => one.segmentId !== segmentId);
    const round = circle([...others, { segmentId, compiled }], segmentId);
    if (round !== undefined) throw refused(`The rule leads back to its own segment: ${round}.`);
    const unknown = compiled.segments.filter((id) => !others.some((one) => one.segmentId === id));
    if (unknown.length === 0) return;
    const { rows } = await on.query<{ id: string }>(
      `select segment_id as id from ${loaded.relation('segment_definitions') ?? '(select null segment_id, null origin) x'}
       where origin = 'file'`,
    );
    const missing = unknown.find((id) => !rows.some((one) => one.id === id));
    if (missing !== undefined)
      throw refused(`There is no segment "${missing}".`, 'segments { segmentId } lists them.');
  }
}

type Written = Pick<
  StoredRule,
  'segmentId' | 'name' | 'nameVi' | 'description' | 'purpose' | 'contactChannel' | 'rule'
>;

const written = (segmentId: string, input: SegmentInput): Written => ({
  segmentId,
  name: input.name,
  nameVi: input.nameVi ?? null,
  description: input.description ?? null,
  purpose: input.purpose ?? 'service',
  contactChannel: input.contactChannel ?? 'any',
  rule: input.rule,
});

function compile(
  loaded: LoadedGeneration,
  rule: unknown,
  seen: Parameters<LoadedGeneration['planner']['rule']>[1],
  readable: ReadonlySet<string>,
): CompiledRule {
  const compiled = loaded.planner.rule(rule, seen);
  const strange = compiled.models.find((model) => !readable.has(model));
  if (strange === undefined) return compiled;
  throw refused(
    `Builds do not let rules look at "${strange}".`,
    `The project's macro segment_rule_models says at what: ${[...readable].sort().join(', ')}.`,
  );
}

/** A rule's fault is what there is to say; any other error is thrown on. */
function checkedBy(make: () => CompiledRule): {
  readonly compiled: CompiledRule | null;
  readonly fault: string | null;
} {
  try {
    return { compiled: make(), fault: null };
  } catch (error) {
    const fault = ruleFault(error);
    if (fault === undefined) throw error;
    return { compiled: null, fault };
  }
}

function find(rules: readonly StoredRule[], segmentId: string): StoredRule {
  const rule = rules.find((one) => one.segmentId === segmentId);
  if (rule !== undefined) return rule;
  throw refused(
    `No rule "${segmentId}" was defined through the API.`,
    'segmentRules { segmentId } lists them; a segment of a file is changed in its file.',
  );
}

const refused = (message: string, hint?: string): GraphQLError =>
  graphqlFault('BAD_USER_INPUT', message, { status: 200, hint });

const taken = (name: string): GraphQLError => refused(`There is a segment "${name}" already.`);
