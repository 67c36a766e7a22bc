import { ThauError } from '../../errors/thau-error.js';
import type { Environment } from '../environment.js';
import type { Problems } from '../problems.js';
import type { ProjectSettings } from '../settings/project-settings.js';
import { allowsThau, dbtVersion } from './claimed-version.js';

/** `require-dbt-version`: who asks for a dbt that thau does not stand for is told, unless versions are not to be checked. */
export function checkVersions(
  all: readonly ProjectSettings[],
  env: Environment['env'],
  problems: Problems,
): void {
  const [root] = all;
  if (root?.flags['version_check'] === false || /^(?:0|f|false|no)$/i.test(env['DBT_VERSION_CHECK'] ?? ''))
    return;
  for (const { name, file, requireDbtVersion } of all) {
    if (allowsThau(requireDbtVersion)) continue;
    problems.error(
      new ThauError(
        'PROJECT_DBT_VERSION',
        `"${name}" requires dbt ${requireDbtVersion.join(', ')}; thau stands for ${dbtVersion} and 2.0`,
        {
          at: file.at(file.value, 'require-dbt-version'),
          hint: 'Take another version of it, or set DBT_VERSION_CHECK=false to try it all the same.',
        },
      ),
    );
  }
}
