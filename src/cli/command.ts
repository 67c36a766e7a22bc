import type { Command } from 'commander';
import type { Settings } from '../config/settings.js';
import type { Output } from './output.js';
import type { WarnPolicy } from './warn-policy.js';
import type { Warehouse } from './warehouse.js';

/** Options that every command takes. */
export interface GlobalOptions {
  readonly projectDir: string;
  readonly profilesDir?: string;
  readonly profile?: string;
  readonly target?: string;
  readonly debug: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
  /** Files that did not change since the last command are not read again. */
  readonly partialParse: boolean;
  /** `--target-path`: where artifacts go. */
  readonly targetPath?: string;
  /** Whether packages are held to their `require-dbt-version`. */
  readonly versionCheck: boolean;
  readonly warnings: WarnPolicy;
}

/** What a command works with. What it opens is closed when the command ends, however it ends. */
export interface CommandContext {
  readonly global: GlobalOptions;
  readonly output: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts on Ctrl-C or SIGTERM; a second Ctrl-C ends the process at once. */
  readonly signal: AbortSignal;
  /** Read when first asked for, so that `thau --version` needs no project. */
  settings(this: void, overrides?: { readonly threads?: number }): Settings;
  /** The database of the settings: connected, thau's own tables up to date, the embedded server started if need be. */
  warehouse(this: void): Promise<Warehouse>;
  /** Runs at the end, last opened first closed. */
  onClose(this: void, close: () => Promise<void>): void;
}

/** Answers with the exit code: 0; 1, a node or test failed; 2, used wrongly. */
export type CommandAction<Options> = (
  context: CommandContext,
  options: Options,
  args: readonly string[],
) => Promise<number>;

/** Turns an action into what commander calls. */
export type RunAction = <Options>(action: CommandAction<Options>) => (...args: unknown[]) => Promise<void>;

/**
 * One file per command exports one of these. Import what the command needs within its action, so that `thau --help`
 * and small commands stay quick.
 */
export type AddCommand = (program: Command, run: RunAction) => void;
