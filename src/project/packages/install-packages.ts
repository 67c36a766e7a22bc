import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { stringify } from 'yaml';
import { ThauError } from '../../errors/thau-error.js';
import { Problems } from '../problems.js';
import { readProjectFile } from '../settings/read-project-file.js';
import { Expect } from '../yaml/expect.js';
import { YamlFile } from '../yaml/yaml-file.js';
import { cloneRepository } from './clone-repository.js';
import { copyPackage } from './copy-package.js';
import { readPackageList, type PackageSpec } from './package-list.js';
import { unpackTarball } from './unpack-tarball.js';
import { withoutSecret } from './without-secret.js';

export interface InstallOptions {
  readonly projectDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ask git for the newest commit of each revision, whatever the lock file says. */
  readonly upgrade: boolean;
  readonly onProgress?: (message: string) => void;
}

export interface InstalledPackage {
  readonly name: string;
  /** Where it came from, secrets left out: what the lock file says. */
  readonly from: Readonly<Record<string, string>>;
}

interface Found {
  readonly spec: PackageSpec;
  readonly folder: string;
  readonly from: Readonly<Record<string, string>>;
  /** Removed when all is done. */
  readonly temporary: boolean;
}

/**
 * Fetches a project's packages, and theirs, into its packages folder, which is replaced as a whole at the end. The
 * lock file keeps the commit of each git package, so that the next call gets the same files.
 */
export async function installPackages(options: InstallOptions): Promise<InstalledPackage[]> {
  const root = readProjectFile({ root: options.projectDir, prefix: '' }, new Problems());
  const target = resolve(options.projectDir, root.packagesInstallPath);
  const specs = readPackageList(options.projectDir, options.env);
  if (specs.length === 0) return [];
  const locked = options.upgrade ? new Map<string, string>() : readLock(options.projectDir);
  mkdirSync(dirname(target), { recursive: true });
  const aside = mkdtempSync(`${target}-`);
  const installed = new Map<string, InstalledPackage>();
  try {
    const queue = specs.map((spec) => ({ spec, base: options.projectDir }));
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const found = await fetchPackage(next.spec, next.base, options, locked);
      const settings = readProjectFile(
        { root: found.folder, prefix: `${packageShown(next.spec)}: ` },
        new Problems(),
      );
      const before = installed.get(settings.name);
      if (before !== undefined && JSON.stringify(before.from) !== JSON.stringify(found.from)) {
        throw new ThauError(
          'PROJECT_PACKAGE',
          `the package "${settings.name}" is asked for from two places`,
          {
            at: next.spec.at,
            notes: [JSON.stringify(before.from), JSON.stringify(found.from)],
            hint: 'Name one of them in packages.yml; what the project names itself comes first.',
          },
        );
      }
      if (before === undefined) {
        copyPackage(found.folder, join(aside, settings.name), options.projectDir);
        installed.set(settings.name, { name: settings.name, from: found.from });
        options.onProgress?.(`${settings.name} from ${packageShown(next.spec)}`);
        const inner = readPackageList(found.folder, options.env, `${settings.name}/`);
        queue.push(...inner.map((spec) => ({ spec, base: found.folder })));
      }
      if (found.temporary) rmSync(found.folder, { recursive: true, force: true });
    }
    rmSync(target, { recursive: true, force: true });
    renameSync(aside, target);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  writeLock(options.projectDir, [...installed.values()], specs);
  return [...installed.values()];
}

async function fetchPackage(
  spec: PackageSpec,
  base: string,
  options: InstallOptions,
  locked: ReadonlyMap<string, string>,
): Promise<Found> {
  switch (spec.kind) {
    case 'local': {
      const folder = resolve(base, spec.path);
      if (!existsSync(join(folder, 'dbt_project.yml'))) {
        throw new ThauError(
          'PROJECT_PACKAGE',
          `there is no package in ${spec.path}: it has no dbt_project.yml`,
          {
            at: spec.at,
            hint: 'The path is relative to the file that names it.',
          },
        );
      }
      return {
        spec,
        folder,
        from: { local: relative(options.projectDir, folder).split(sep).join('/') },
        temporary: false,
      };
    }
    case 'git': {
      const commit = locked.get(`${withoutSecret(spec.url)} ${spec.revision ?? ''}`);
      const clone = await cloneRepository(spec, commit ?? null);
      const folder = within(clone.folder, spec.subdirectory ?? '.', spec);
      return {
        spec,
        folder,
        from: {
          git: withoutSecret(spec.url),
          revision: clone.commit,
          ...(spec.revision === null ? {} : { asked: spec.revision }),
          ...(spec.subdirectory === null ? {} : { subdirectory: spec.subdirectory }),
        },
        temporary: true,
      };
    }
    case 'tarball':
      return {
        spec,
        folder: await unpackTarball(spec),
        from: { tarball: withoutSecret(spec.url), name: spec.name },
        temporary: true,
      };
  }
}

/** A folder below another; a package may not lead out of its own. */
function within(folder: string, inner: string, spec: PackageSpec): string {
  const path = resolve(folder, inner);
  if (path === folder || path.startsWith(folder + sep)) return path;
  throw new ThauError('PROJECT_PATH_OUTSIDE', `the subdirectory ${inner} leads outside of the package`, {
    at: spec.at,
    hint: 'Name a folder of the repository.',
  });
}

function packageShown(spec: PackageSpec): string {
  return spec.kind === 'local' ? spec.path : withoutSecret(spec.url);
}

const lockFile = 'package-lock.yml';

/** The commits of git packages, by url and the revision asked for. */
function readLock(projectDir: string): Map<string, string> {
  const path = join(projectDir, lockFile);
  if (!existsSync(path)) return new Map();
  const yaml = new YamlFile(lockFile, readFileSync(path, 'utf8'));
  const packages = new Expect(yaml).mappings(yaml.value, 'packages', 'packages');
  return new Map(
    packages.flatMap((one) => {
      const { git, revision, asked } = one;
      return typeof git === 'string' && typeof revision === 'string'
        ? [[`${git} ${typeof asked === 'string' ? asked : ''}`, revision] as const]
        : [];
    }),
  );
}

function writeLock(
  projectDir: string,
  installed: readonly InstalledPackage[],
  specs: readonly PackageSpec[],
): void {
  const hash = createHash('sha1')
    .update(JSON.stringify(specs.map(packageShown)))
    .digest('hex');
  const packages = installed.map(({ name, from }) => ({ ...from, name }));
  writeFileSync(join(projectDir, lockFile), stringify({ packages, sha1_hash: hash }));
}
