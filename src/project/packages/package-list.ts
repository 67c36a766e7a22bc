import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ThauError, type Place } from '../../errors/thau-error.js';
import { checkKeys } from '../yaml/check-keys.js';
import { Expect } from '../yaml/expect.js';
import { YamlFile, type YamlMapping } from '../yaml/yaml-file.js';
import { Problems } from '../problems.js';

/** A package as packages.yml names it. */
export type PackageSpec =
  | { readonly kind: 'local'; readonly path: string; readonly at: Place }
  | {
      readonly kind: 'git';
      readonly url: string;
      readonly revision: string | null;
      readonly subdirectory: string | null;
      readonly at: Place;
    }
  | { readonly kind: 'tarball'; readonly url: string; readonly name: string; readonly at: Place };

/** The packages of a project's packages.yml or dependencies.yml. Secrets in urls are filled in by `env`. */
export function readPackageList(
  projectDir: string,
  env: Readonly<Record<string, string | undefined>>,
  prefix = '',
): PackageSpec[] {
  const name = ['packages.yml', 'dependencies.yml'].find((file) => existsSync(join(projectDir, file)));
  if (name === undefined) return [];
  const yaml = new YamlFile(`${prefix}${name}`, readFileSync(join(projectDir, name), 'utf8'));
  if (yaml.value === null) return [];
  const problems = new Problems();
  const specs = new Expect(yaml)
    .mappings(yaml.value, 'packages', 'packages')
    .flatMap((raw) => problems.attempt(() => [readSpec(yaml, raw, env, problems)]) ?? []);
  problems.throwIfAny();
  return specs;
}

const keys = new Set([
  'local',
  'git',
  'tarball',
  'package',
  'private',
  'provider',
  'name',
  'revision',
  'version',
  'subdirectory',
  'install-prerelease',
  'warn-unpinned',
]);

function readSpec(
  yaml: YamlFile,
  raw: YamlMapping,
  env: Readonly<Record<string, string | undefined>>,
  problems: Problems,
): PackageSpec {
  checkKeys(yaml, raw, { owner: 'a package', allowed: keys, strict: true }, problems);
  const expect = new Expect(yaml);
  const at = yaml.at(raw);
  const text = (key: string): string | undefined => {
    const written = expect.optionalText(raw, key, `${key} of a package`);
    return written === undefined ? undefined : fillIn(written, env, yaml.at(raw, key));
  };
  const local = text('local');
  if (local !== undefined) return { kind: 'local', path: local, at };
  const git = text('git');
  if (git !== undefined) {
    return {
      kind: 'git',
      url: git,
      revision: text('revision') ?? null,
      subdirectory: text('subdirectory') ?? null,
      at,
    };
  }
  const tarball = text('tarball');
  if (tarball !== undefined) {
    return {
      kind: 'tarball',
      url: tarball,
      name: expect.text(raw, 'name', 'the name of a tarball package'),
      at,
    };
  }
  const hub = text('package');
  throw new ThauError(
    'PROJECT_PACKAGE',
    hub === undefined
      ? 'a package needs local, git or tarball'
      : `the package "${hub}" comes from a registry, which thau does not ask`,
    {
      at,
      hint:
        hub === undefined
          ? 'Write local: <folder>, git: <url> with a revision, or tarball: <url> with a name.'
          : 'Name its repository: git: <url>, revision: <tag of that version>.',
    },
  );
}

/** `{{ env_var('NAME') }}`: the one thing urls may hold, for tokens. */
function fillIn(text: string, env: Readonly<Record<string, string | undefined>>, at: Place): string {
  return text.replace(/\{\{\s*env_var\(\s*(['"])(.*?)\1\s*\)\s*\}\}/g, (_, __, name: string) => {
    const value = env[name];
    if (value !== undefined) return value;
    throw new ThauError('PROJECT_ENV_VAR', `the environment variable ${name} is not set`, {
      at,
      hint: 'Set it.',
    });
  });
}
