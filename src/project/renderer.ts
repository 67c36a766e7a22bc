import { ThauError } from '../errors/thau-error.js';
import { didYouMean } from '../errors/suggest.js';
import type { Template } from '../jinja/parse/ast.js';
import { parseTemplate } from '../jinja/parse/parse-template.js';
import { callAsync, evaluateAsync, renderAsync } from '../jinja/render.js';
import { Dict } from '../jinja/values/dict.js';
import type { Value } from '../jinja/values/value.js';
import type { RelationName } from './context/database-adapter.js';
import { injectCtes, type InjectedCte } from './context/inject-ctes.js';
import { standardPackage, type MacroEntry } from './context/macro-table.js';
import type { NodeGlobals } from './context/node-globals.js';
import { LazyRecord, plainOf } from './context/lazy-record.js';
import {
  commentRule,
  statementComment,
  type CommentRule,
  type StatementComment,
} from './context/query-comment.js';
import { toValue } from './context/plain.js';
import { ResultTable } from './context/result-table.js';
import { RelationValue } from './context/relation-value.js';
import type { CompiledNode, RunContext } from './context/render-run.js';
import { cteName, runGlobals, type RunSubject } from './context/run-names.js';
import { runtimeConfig } from './context/runtime-config.js';
import { RunState } from './context/run-state.js';
import { sharedNames } from './context/shared-names.js';
import { dbtVersion } from './packages/claimed-version.js';
import { argumentTemplates, argumentValues } from './context/test-arguments.js';
import type { ManifestNode } from './manifest.js';
import type { Project } from './parse-project.js';
import { str } from '../jinja/values/repr.js';

/** Renders the templates of a parsed project at run time. Keeps nothing between renders but what never changes. */
export class ProjectRenderer {
  readonly #project: Project;
  readonly #shared = new Map<string, ReadonlyMap<string, Value>>();
  /** The arguments of generic tests by their text: `{{ get_where_subquery(ref('x')) }}` stands in every test of x. */
  readonly #arguments = new Map<string, Template>();

  /** A run renders a node to plan it, to check it, and to build it. */
  readonly #templates = new WeakMap<ManifestNode, Template>();

  #comment: { readonly rule: CommentRule | undefined } | undefined;
  #runtimeConfig: Value | undefined;

  constructor(project: Project) {
    this.#project = project;
  }

  /** A model's, snapshot's, analysis' or test's SQL with its ephemeral parents injected. */
  async compile(node: ManifestNode, run: RunContext): Promise<CompiledNode> {
    const state = new RunState();
    const sql = await this.#body(node, run, state);
    const ctes = await this.#ephemeralCtes(state, run, new Map());
    return {
      node,
      compiledCode: injectCtes(sql, [...ctes.values()]),
      extraCtes: [...ctes.keys()],
      queried: state.queried,
      volatile: state.volatile,
    };
  }

  /** The SQL of a unit test's model over the rows given. */
  async compileUnitTest(
    tested: ManifestNode,
    ctes: readonly InjectedCte[],
    run: RunContext & Required<Pick<RunContext, 'unitTest'>>,
  ): Promise<string> {
    return injectCtes(await this.#body(tested, run, new RunState()), ctes);
  }

  /** What stands around the statements of a node, or of the run itself. */
  async queryComment(run: RunContext, node?: ManifestNode): Promise<StatementComment | undefined> {
    const rule = (this.#comment ??= { rule: commentRule(this.#project.settings) }).rule;
    if (rule === undefined) return undefined;
    const { target } = this.#project.environment;
    const about = node === undefined ? { connection_name: 'master' } : { node_id: node.unique_id };
    if (rule.template === undefined) {
      const facts = {
        app: 'thau',
        dbt_version: dbtVersion,
        profile_name: target.profileName,
        target_name: target.name,
        ...about,
      };
      const json = Object.entries(facts).map(
        ([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`,
      );
      return statementComment(
        `{${json.join(', ')}}`.replaceAll('/*', '/ *').replaceAll('*/', '* /'),
        rule.append,
      );
    }
    const globals = this.#globals(undefined, run, new RunState(), {
      node: node === undefined ? null : new LazyRecord(node),
      connection_name: node?.unique_id ?? 'master',
    });
    return statementComment(await renderAsync(rule.template, globals), rule.append);
  }

  /** A hook or another text, among the names of a node or of the project. */
  async render(text: string, run: RunContext, node?: ManifestNode): Promise<string> {
    const file = node === undefined ? 'dbt_project.yml' : `hook of ${this.#shown(node)}`;
    return renderAsync(parseTemplate(text, { file }), this.#globals(node, run, new RunState()));
  }

  /** Whether the project (or a package of it) says itself how this materialization works. */
  materialization(name: string, config?: Readonly<Record<string, unknown>>): MacroEntry | undefined {
    return this.#project.macros.materialization(name, config);
  }

  /** The project's own of the macros that make the SQL of a node's incremental strategy. */
  strategy(config: Readonly<Record<string, unknown>>): readonly MacroEntry[] {
    return this.#project.macros.strategy(config);
  }

  /** The SQL of a node's incremental strategy: `this` is written to, from the temporary table `arriving`. */
  async strategySql(
    node: ManifestNode,
    run: RunContext,
    { arriving, columns }: { readonly arriving: string; readonly columns: readonly string[] },
  ): Promise<string> {
    const macro = this.#project.macros.inPackage(standardPackage, 'sql_of_strategy_on_this');
    if (macro === undefined) throw new Error("thau's macro sql_of_strategy_on_this is missing");
    const globals = this.#globals(node, run, new RunState());
    const args = [arriving, [...columns]];
    return str(await callAsync(globals.bind(macro), { args, globals, file: this.#shown(node) }));
  }

  /** Runs a materialization written in Jinja. Answers the relations it made. */
  async materialize(node: ManifestNode, compiled: string, run: RunContext): Promise<RelationName[]> {
    const answer = await this.#materialized(node.config.materialized, node, compiled, run, new RunState());
    const relations = answer instanceof Dict ? answer.get('relations') : null;
    return Array.isArray(relations)
      ? relations.flatMap((one) => (one instanceof RelationValue ? [one.name()] : []))
      : [];
  }

  /**
   * A test by the project's own `test` materialization or `get_test_sql`: the first row that its statement `main`
   * answered, by column. Undefined where the project has neither.
   */
  async ownTest(
    node: ManifestNode,
    compiled: string,
    run: RunContext,
  ): Promise<ReadonlyMap<string, string | null> | undefined> {
    if (this.materialization('test', node.config) === undefined) return undefined;
    const state = new RunState();
    await this.#materialized('test', node, compiled, run, state);
    const main = state.results.get('main');
    const table = main instanceof Dict ? main.get('table') : undefined;
    if (!(table instanceof ResultTable)) return new Map();
    return new Map(
      table.columnNames.map((name, index) => {
        const value = table.rows[0]?.[index] ?? null;
        return [name.toLowerCase(), value === null ? null : str(value).toLowerCase()];
      }),
    );
  }

  async #materialized(
    name: string,
    node: ManifestNode,
    compiled: string,
    run: RunContext,
    state: RunState,
  ): Promise<Value> {
    const macro = this.materialization(name, node.config);
    if (macro === undefined) {
      throw new ThauError(
        'PROJECT_UNKNOWN_MACRO',
        `there is no materialization "${node.config.materialized}"`,
        {
          at: { file: this.#shown(node) },
          hint: 'Use view, table, incremental, ephemeral or materialized_view, or write the materialization.',
        },
      );
    }
    const globals = this.#globals(node, run, state, { sql: compiled, compiled_code: compiled });
    return callAsync(globals.bind(macro), { globals, file: this.#shown(node) });
  }

  /** `run-operation`: a macro by itself, `name` or `package.name`. Answers what it returned, as plain data. */
  async runMacro(name: string, args: Readonly<Record<string, unknown>>, run: RunContext): Promise<unknown> {
    const { macros, settings } = this.#project;
    const dot = name.indexOf('.');
    const macro =
      dot < 0
        ? macros.namesSeenBy(settings.name).get(name)
        : macros.inPackage(name.slice(0, dot), name.slice(dot + 1));
    if (macro === undefined) {
      throw new ThauError('PROJECT_UNKNOWN_MACRO', `there is no macro "${name}"`, {
        hint:
          didYouMean(name, macros.namesSeenBy(settings.name).keys()) ?? 'Write it in a file under macros.',
      });
    }
    const globals = this.#globals(undefined, run, new RunState());
    const kwargs = new Map(Object.entries(args).map(([key, value]) => [key, toValue(value)] as const));
    return plainOf(await callAsync(globals.bind(macro), { kwargs, globals, file: 'the command line' }));
  }

  async #body(node: ManifestNode, run: RunContext, state: RunState): Promise<string> {
    if (node.test_metadata !== undefined) return this.#testBody(node, node.test_metadata, run, state);
    if (node.language === 'python') {
      throw new ThauError(
        'PROJECT_FILE',
        `${this.#shown(node)} is a Python model, which PostgreSQL cannot run`,
        {
          at: { file: this.#shown(node) },
          hint: 'Write the model in SQL, disable it, or list the file in .dbtignore.',
        },
      );
    }
    return renderAsync(this.#templateOf(node), this.#globals(node, run, state));
  }

  #templateOf(node: ManifestNode): Template {
    let template = this.#templates.get(node);
    if (template === undefined) {
      const firstLine = node.declared_at?.line ?? 1;
      template = parseTemplate(node.raw_code, { file: this.#shown(node), firstLine });
      this.#templates.set(node, template);
    }
    return template;
  }

  async #testBody(
    node: ManifestNode,
    test: NonNullable<ManifestNode['test_metadata']>,
    run: RunContext,
    state: RunState,
  ): Promise<string> {
    const place = { file: this.#shown(node), firstLine: node.declared_at?.line ?? 1 };
    const plain = this.#globals(node, run, state);
    const rendered = new Map<string, Value>();
    for (const text of argumentTemplates(test.kwargs)) {
      rendered.set(text, await evaluateAsync(this.#argument(text, place), plain));
    }
    const kwargs = argumentValues(test.kwargs, rendered);
    const globals = this.#globals(node, run, state, { _dbt_generic_test_kwargs: kwargs });
    const { macros } = this.#project;
    const name = `test_${test.name}`;
    const macro =
      test.namespace === null
        ? macros.namesSeenBy(node.package_name).get(name)
        : macros.inPackage(test.namespace, name);
    if (macro === undefined)
      throw new ThauError('PROJECT_UNKNOWN_MACRO', `there is no generic test "${test.name}"`);
    const named = new Map([...kwargs].map(([key, value]) => [str(key), value] as const));
    return str(await callAsync(globals.bind(macro), { kwargs: named, globals, file: place.file }));
  }

  #argument(text: string, place: { readonly file: string; readonly firstLine: number }): Template {
    let template = this.#arguments.get(text);
    if (template === undefined) {
      template = parseTemplate(text, place);
      this.#arguments.set(text, template);
    }
    return { ...template, ...place };
  }

  /** The ephemeral models a render met, each after those it needs itself. */
  async #ephemeralCtes(
    state: RunState,
    run: RunContext,
    done: Map<string, InjectedCte>,
  ): Promise<Map<string, InjectedCte>> {
    for (const id of state.ephemeral) {
      const node = this.#project.manifest.nodes[id];
      if (node === undefined || done.has(id)) continue;
      const inner = new RunState();
      const sql = await this.#body(node, { ...run, thisRelation: null }, inner);
      await this.#ephemeralCtes(inner, run, done);
      state.queried ||= inner.queried;
      state.volatile ||= inner.volatile;
      done.set(id, { name: cteName(node), sql });
    }
    return done;
  }

  #globals(
    node: ManifestNode | undefined,
    run: RunContext,
    state: RunState,
    extra?: Readonly<Record<string, Value>>,
  ): NodeGlobals {
    const { macros, manifest, settings } = this.#project;
    const packageName = node?.package_name ?? settings.name;
    const subject: RunSubject = {
      packageName,
      manifest,
      ...(node === undefined ? {} : { node }),
      ...(extra === undefined ? {} : { extra }),
      runtimeConfig: (this.#runtimeConfig ??= runtimeConfig(this.#project)),
    };
    return runGlobals(macros, this.#sharedOf(packageName), subject, run, state);
  }

  #sharedOf(packageName: string): ReadonlyMap<string, Value> {
    let shared = this.#shared.get(packageName);
    if (shared === undefined) {
      const { packages, settings, environment } = this.#project;
      shared = sharedNames(packages.get(packageName) ?? settings, settings, environment);
      this.#shared.set(packageName, shared);
    }
    return shared;
  }

  #shown(node: ManifestNode): string {
    return (this.#project.packages.get(node.package_name)?.prefix ?? '') + node.original_file_path;
  }
}
