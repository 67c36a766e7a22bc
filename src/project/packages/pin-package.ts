import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve, sep } from 'node:path';
import { ThauError } from '../../errors/thau-error.js';
import { Problems } from '../problems.js';
import { readProjectFile } from '../settings/read-project-file.js';
import { YamlFile } from '../yaml/yaml-file.js';
import { cloneRepository } from './clone-repository.js';
import type { PackageHub } from './package-hub.js';
import { readPackageList, readPackages, type PackageEnvironment, type PackageSpec } from './package-list.js';
import { packageShown } from './package-list.js';
import { unpackTarball } from './unpack-tarball.js';
import { withoutSecret } from './without-secret.js';

/** A package with its version settled. */
export interface PinnedPackage {
  readonly spec: PackageSpec;
  /** The project's name, which is the folder it is installed in. */
  readonly name: string;
  /** Its entry in the lock file; secrets left out. */
  readonly lock: Readonly<Record<string, string>>;
  /** The packages it needs itself. */
  readonly packages: readonly PackageSpec[];
  /** Its files; an archive of the hub is fetched when first asked for. */
  folder(): Promise<string>;
}

export interface PinOptions extends PackageEnvironment {
  readonly projectDir: string;
  /** Leave out versions that say they are not for the version of dbt that thau stands for. */
  readonly checkVersion: boolean;
}

/** Settles versions, and keeps what it fetched until it is closed. */
export class PackagePinner {
  readonly #options: PinOptions;
  readonly #hub: PackageHub;
  readonly #folder = mkdtempSync(join(tmpdir(), 'thau-packages-'));
  readonly #pinned = new Map<string, Promise<PinnedPackage>>();

  constructor(options: PinOptions, hub: PackageHub) {
    this.#options = options;
    this.#hub = hub;
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  pin(spec: PackageSpec): Promise<PinnedPackage> {
    const key = JSON.stringify([spec.kind, identityOf(spec), askedOf(spec)]);
    let pinned = this.#pinned.get(key);
    if (pinned === undefined) {
      pinned = spec.kind === 'hub' ? this.#pinHub(spec) : this.#pinFolder(spec);
      this.#pinned.set(key, pinned);
    }
    return pinned;
  }

  async #pinHub(spec: PackageSpec & { kind: 'hub' }): Promise<PinnedPackage> {
    const { checkVersion, projectDir } = this.#options;
    const { name, range, prereleases, at } = spec;
    const found = await this.#hub.newest(name, range, { prereleases, checkVersion, at });
    const list = new YamlFile(
      `packages.yml of ${name} ${found.version}`,
      JSON.stringify({ packages: found.packages }),
    );
    let folder: Promise<string> | undefined;
    return {
      spec,
      name: found.name,
      lock: { package: name, version: found.version },
      packages: readPackages(list, projectDir, this.#options),
      folder: () => (folder ??= unpackTarball({ url: found.tarball, name, at }, this.#folder)),
    };
  }

  async #pinFolder(spec: Exclude<PackageSpec, { kind: 'hub' }>): Promise<PinnedPackage> {
    const { folder, lock } = await this.#fetch(spec);
    const { name } = readProjectFile({ root: folder, prefix: `${packageShown(spec)}: ` }, new Problems());
    const packages = readPackageList(folder, this.#options, `${name}/`);
    return { spec, name, lock, packages, folder: () => Promise.resolve(folder) };
  }

  async #fetch(
    spec: Exclude<PackageSpec, { kind: 'hub' }>,
  ): Promise<{ folder: string; lock: Record<string, string> }> {
    switch (spec.kind) {
      case 'local': {
        if (!existsSync(join(spec.folder, 'dbt_project.yml'))) {
          throw new ThauError(
            'PROJECT_PACKAGE',
            `there is no package in ${spec.path}: it has no dbt_project.yml`,
            { at: spec.at, hint: 'The path is relative to the file that names it.' },
          );
        }
        const path = relative(this.#options.projectDir, spec.folder).split(sep).join('/');
        return { folder: spec.folder, lock: { local: path } };
      }
      case 'git': {
        const clone = await cloneRepository(spec, this.#folder);
        const { git } = spec.written;
        const lock = {
          // a template stays one, so that the lock file holds no secret and can be used
          git: typeof git === 'string' && git.includes('{{') ? git : withoutSecret(spec.url),
          revision: clone.commit,
          ...(spec.subdirectory !== null && { subdirectory: spec.subdirectory }),
        };
        return { folder: within(clone.folder, spec.subdirectory ?? '.', spec), lock };
      }
      case 'tarball': {
        const folder = await unpackTarball(spec, this.#folder);
        return { folder, lock: { tarball: withoutSecret(spec.url) } };
      }
    }
  }
}

/** What is one package, whichever version of it is asked for. */
export function identityOf(spec: PackageSpec): string {
  switch (spec.kind) {
    case 'local':
      return spec.folder;
    case 'git':
      return `${withoutSecret(spec.url).replace(/\.git$/, '')} ${spec.subdirectory ?? ''}`;
    case 'tarball':
      return withoutSecret(spec.url);
    case 'hub':
      return spec.name;
  }
}

function askedOf(spec: PackageSpec): string {
  if (spec.kind === 'hub') return `${String(spec.range)} ${String(spec.prereleases)}`;
  return spec.kind === 'git' ? (spec.revision ?? '') : '';
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
