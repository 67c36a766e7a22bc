import type { Settings } from '../config/settings.js';
import { resolveSettings } from '../config/settings.js';
import type { CommandContext, GlobalOptions } from './command.js';
import type { Output } from './output.js';
import { renderSetting } from './render-setting.js';
import { requireProject } from './require-project.js';
import { openWarehouse, type Warehouse } from './warehouse.js';

export interface ContextOptions {
  readonly global: GlobalOptions;
  readonly output: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** A command's context, and how to close what was opened through it. */
export function makeContext(options: ContextOptions): {
  context: CommandContext;
  close: () => Promise<void>;
} {
  const { global, env, output } = options;
  const closers: (() => Promise<void>)[] = [];
  let settings: Settings | undefined;
  let warehouse: Promise<Warehouse> | undefined;
  const context: CommandContext = {
    ...options,
    settings: (overrides) => {
      if (!settings) requireProject(global.projectDir);
      settings ??= resolveSettings({
        projectDir: global.projectDir,
        ...(global.profilesDir !== undefined && { profilesDir: global.profilesDir }),
        ...(global.profile !== undefined && { profile: global.profile }),
        ...(global.target !== undefined && { target: global.target }),
        ...(overrides?.threads !== undefined && { threads: overrides.threads }),
        env,
        render: renderSetting(env),
      });
      return settings;
    },
    warehouse: () => {
      warehouse ??= openWarehouse({
        settings: context.settings(),
        log: (message, fields) => output.log(message, fields),
      }).then((opened) => {
        closers.push(() => opened.close());
        return opened;
      });
      return warehouse;
    },
    onClose: (close) => closers.push(close),
  };
  const close = async (): Promise<void> => {
    for (const closer of closers.reverse()) await closer();
  };
  return { context, close };
}
