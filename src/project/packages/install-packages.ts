import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Problems } from '../problems.js';
import { readProjectFile } from '../settings/read-project-file.js';
import { copyPackage } from './copy-package.js';
import { hashOfSpecs, readLock, writeLock } from './lock-file.js';
import { PackageHub } from './package-hub.js';
import { packageShown, readPackageList } from './package-list.js';
import { PackagePinner, type PinnedPackage, type PinOptions } from './pin-package.js';
import { checkNames, resolvePackages } from './resolve-packages.js';

export interface InstallOptions extends Omit<PinOptions, 'checkVersion'> {
  /** Look for newer versions and commits, whatever the lock file says. */
  readonly upgrade: boolean;
  /** Write the lock file and install nothing. */
  readonly lockOnly?: boolean;
  readonly checkVersion?: boolean;
  readonly onProgress?: (message: string) => void;
}

export interface InstalledPackage {
  readonly name: string;
  /** Where it came from, secrets left out: what the lock file says. */
  readonly from: Readonly<Record<string, string>>;
}

/**
 * Fetches a project's packages, and theirs, into its packages folder, which is replaced as a whole at the end. The
 * lock file keeps what was found; while packages.yml stays the same, it alone says what is installed.
 */
export async function installPackages(options: InstallOptions): Promise<InstalledPackage[]> {
  const { projectDir } = options;
  const root = readProjectFile({ root: projectDir, prefix: '' }, new Problems());
  const specs = readPackageList(projectDir, options);
  if (specs.length === 0) return [];
  const hash = hashOfSpecs(specs);
  const locked = options.upgrade ? undefined : readLock(projectDir, hash, options);
  const pinner = new PackagePinner(
    // what is locked was checked when it was
    { ...options, checkVersion: locked === undefined && (options.checkVersion ?? true) },
    new PackageHub(options.env),
  );
  try {
    const pinned: PinnedPackage[] = [];
    if (locked === undefined) pinned.push(...(await resolvePackages(specs, pinner)));
    else for (const spec of locked) pinned.push(await pinner.pin(spec));
    checkNames(pinned, root.name);
    if (options.lockOnly !== true) await install(pinned, root.packagesInstallPath, options);
    if (locked === undefined) writeLock(projectDir, pinned, hash);
    return pinned.map(({ name, lock }) => ({ name, from: lock }));
  } finally {
    pinner.close();
  }
}

async function install(
  pinned: readonly PinnedPackage[],
  installPath: string,
  { projectDir, onProgress }: InstallOptions,
): Promise<void> {
  const target = resolve(projectDir, installPath);
  mkdirSync(dirname(target), { recursive: true });
  const aside = mkdtempSync(`${target}-`);
  try {
    for (const one of pinned) {
      copyPackage(await one.folder(), join(aside, one.name), projectDir);
      onProgress?.(`${one.name} from ${packageShown(one.spec)}`);
    }
    rmSync(target, { recursive: true, force: true });
    renameSync(aside, target);
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
}
