import type { Limits } from '../jinja/values/call.js';
import type { YamlMapping } from './yaml/yaml-file.js';

/** Where a project is to be built, as templates see it in `target`. Never a password. */
export interface Target {
  readonly profileName: string;
  readonly name: string;
  readonly database: string;
  readonly schema: string;
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly threads: number;
}

/** What reading a project depends on besides its files. */
export interface Environment {
  readonly target: Target;
  /** What `env_var()` may read: `process.env`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--vars` */
  readonly vars: YamlMapping;
  readonly invocationId: string;
  readonly startedAt: Date;
  /** What templates may use; the interpreter's own limits where it says nothing. */
  readonly limits?: Partial<Limits>;
  /** What `log()` and `print()` say; `toConsole` unless meant for the log alone. Default: dropped. */
  readonly log?: (message: string, toConsole: boolean) => void;
}
