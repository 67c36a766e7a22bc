import { Expect } from '../yaml/expect.js';
import type { YamlMapping } from '../yaml/yaml-file.js';
import type { ConfigSection, ProjectSettings } from '../settings/project-settings.js';
import { renderYaml } from './render-yaml.js';
import type { Globals } from '../../jinja/evaluate/frame.js';

/** Hooks stay templates until they run. */
const keptKeys = new Set([
  'pre-hook',
  'post-hook',
  'pre_hook',
  'post_hook',
  '+pre-hook',
  '+post-hook',
  '+pre_hook',
  '+post_hook',
]);

/** The config sections of a dbt_project.yml with their templates rendered. */
export function renderSettings(settings: ProjectSettings, globals: Globals): ProjectSettings {
  if (!settings.file.text.includes('{{')) return settings;
  const configs = Object.fromEntries(
    Object.entries(settings.configs).map(([section, config]) => {
      const rendered = renderYaml(settings.file, config, globals, (key) => keptKeys.has(key));
      return [section, (Expect.isMapping(rendered) ? rendered : {}) satisfies YamlMapping];
    }),
  ) as Record<ConfigSection, YamlMapping>;
  return { ...settings, configs };
}
