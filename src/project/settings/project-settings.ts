import type { YamlFile, YamlMapping } from '../yaml/yaml-file.js';

/** The kinds of file a project keeps in folders of their own. */
export type PathKind =
  'model' | 'seed' | 'test' | 'analysis' | 'macro' | 'snapshot' | 'docs' | 'asset' | 'function';

/** The sections of dbt_project.yml that configure resources by folder. */
export type ConfigSection =
  | 'models'
  | 'seeds'
  | 'snapshots'
  | 'data_tests'
  | 'unit_tests'
  | 'sources'
  | 'exposures'
  | 'metrics'
  | 'semantic-models'
  | 'saved-queries'
  | 'analyses'
  | 'functions';

/** One package's dbt_project.yml, read once. The root project is a package like the others. */
export interface ProjectSettings {
  readonly name: string;
  readonly version: string | null;
  /** What it asks of dbt: `[">=1.3.0", "<3.0.0"]`; empty when nothing. */
  readonly requireDbtVersion: readonly string[];
  /** Absolute path of the package's folder. */
  readonly root: string;
  /** What errors put before paths of the package: '' for the root project, else `dbt_packages/<name>/`. */
  readonly prefix: string;
  readonly isRoot: boolean;
  readonly file: YamlFile;
  readonly profile: string | null;
  readonly paths: Readonly<Record<PathKind, readonly string[]>>;
  readonly packagesInstallPath: string;
  readonly targetPath: string;
  readonly logPath: string;
  readonly cleanTargets: readonly string[];
  /** As written: a value is a variable for all packages, or a mapping of one package's own. */
  readonly vars: YamlMapping;
  readonly configs: Readonly<Record<ConfigSection, YamlMapping>>;
  readonly onRunStart: readonly string[];
  readonly onRunEnd: readonly string[];
  readonly dispatch: readonly DispatchRule[];
  readonly quoting: Quoting;
  /** As written; null switches comments off, undefined is dbt's own comment. */
  readonly queryComment: unknown;
  readonly flags: YamlMapping;
  /** Whether only public models may be read by other packages. */
  readonly restrictAccess: boolean;
}

/** Whose macros `adapter.dispatch` looks through for a namespace, in order. */
export interface DispatchRule {
  readonly macro_namespace: string;
  readonly search_order: readonly string[];
}

export interface Quoting {
  readonly database: boolean;
  readonly schema: boolean;
  readonly identifier: boolean;
}
