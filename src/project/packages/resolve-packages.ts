import { ThauError } from '../../errors/thau-error.js';
import { packageShown, type PackageSpec } from './package-list.js';
import { identityOf, type PackagePinner, type PinnedPackage } from './pin-package.js';

/**
 * The packages a project needs, and those they need: of each the newest version that all who ask for it allow. A
 * package whose version changes as more ask for it is read again, as its own needs may have changed.
 */
export async function resolvePackages(
  specs: readonly PackageSpec[],
  pinner: PackagePinner,
): Promise<PinnedPackage[]> {
  const wanted = new Map<string, PackageSpec>();
  const seen = new Set<string>();
  for (let pending = specs; pending.length > 0;) {
    const next: PackageSpec[] = [];
    for (const spec of pending) {
      const key = `${spec.kind} ${identityOf(spec)}`;
      const before = wanted.get(key);
      const merged = before === undefined ? spec : mergeSpecs(before, spec);
      wanted.set(key, merged);
      const pinned = await pinner.pin(merged);
      const version = JSON.stringify(pinned.lock);
      if (seen.has(version)) continue;
      seen.add(version);
      next.push(...pinned.packages);
    }
    pending = next;
  }
  const pinned: PinnedPackage[] = [];
  for (const spec of wanted.values()) pinned.push(await pinner.pin(spec));
  return pinned;
}

function mergeSpecs(a: PackageSpec, b: PackageSpec): PackageSpec {
  if (a.kind === 'hub' && b.kind === 'hub') {
    return { ...a, range: a.range.and(b.range), prereleases: a.prereleases || b.prereleases };
  }
  if (a.kind === 'git' && b.kind === 'git' && a.revision !== b.revision) {
    if (b.revision === null) return a;
    if (a.revision === null) return { ...a, revision: b.revision };
    throw new ThauError('PROJECT_PACKAGE', `${packageShown(a)} is asked for at two revisions`, {
      at: b.at,
      notes: [`${a.revision}: ${place(a)}`, `${b.revision}: ${place(b)}`],
      hint: 'Let all who need it name one revision.',
    });
  }
  return a;
}

/** No two packages may have one name, nor the name of the project: their macros could not be told apart. */
export function checkNames(pinned: readonly PinnedPackage[], projectName: string): void {
  const found = new Map<string, PinnedPackage>();
  for (const one of pinned) {
    const before = found.get(one.name);
    if (before !== undefined || one.name === projectName) {
      throw new ThauError(
        'PROJECT_PACKAGE',
        before === undefined
          ? `the package ${packageShown(one.spec)} has the project's own name, "${one.name}"`
          : `the package "${one.name}" is asked for from two places`,
        {
          at: one.spec.at,
          notes: [before, one]
            .filter((each) => each !== undefined)
            .map(({ spec }) => `${packageShown(spec)}: ${place(spec)}`),
          hint: 'Name it in one way: by the hub, its repository, a folder or an archive.',
        },
      );
    }
    found.set(one.name, one);
  }
}

function place({ at }: PackageSpec): string {
  return at.line === undefined ? at.file : `${at.file}:${String(at.line)}`;
}
