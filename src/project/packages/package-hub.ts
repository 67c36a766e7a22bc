import { didYouMean } from '../../errors/suggest.js';
import { ThauError, type Place } from '../../errors/thau-error.js';
import { allowsThau } from './claimed-version.js';
import { compareVersions, parseVersion, type Version, type VersionRange } from './version-range.js';
import { withoutSecret } from './without-secret.js';

/** One version of a package, as the hub's index tells it. */
export interface HubVersion {
  readonly version: string;
  readonly parsed: Version;
  /** The project's name, which is the folder it is installed in. */
  readonly name: string;
  readonly tarball: string;
  /** Its own packages, as packages.yml has them. */
  readonly packages: readonly unknown[];
  readonly requireDbtVersion: readonly string[];
}

const standardHub = 'https://hub.getdbt.com/';

/**
 * dbt's registry of packages: a JSON file a package, which names its versions, what they need and where their
 * archives are. `DBT_PACKAGE_HUB_URL` names another one, as it does for dbt.
 */
export class PackageHub {
  readonly #address: string;
  readonly #asked = new Map<string, Promise<unknown>>();

  constructor(env: Readonly<Record<string, string | undefined>>) {
    const address = env['DBT_PACKAGE_HUB_URL'] ?? '';
    this.#address = (address === '' ? standardHub : address).replace(/\/*$/, '/');
  }

  /** All versions of `dbt-labs/dbt_utils`, the newest last. */
  async versions(name: string, at: Place): Promise<HubVersion[]> {
    if (!/^[\w.-]+\/[\w.-]+$/.test(name) || name.includes('..')) {
      throw new ThauError('PROJECT_PACKAGE', `"${name}" is not the name of a package of the hub`, {
        at,
        hint: 'Write it with its namespace: package: dbt-labs/dbt_utils.',
      });
    }
    const index = await this.#ask('index', at);
    if (Array.isArray(index) && !index.includes(name)) {
      const known = index.filter((one): one is string => typeof one === 'string');
      throw new ThauError('PROJECT_PACKAGE', `the hub has no package "${name}"`, {
        at,
        hint:
          didYouMean(name, known) ?? 'Correct the name, or name its repository: git: <url>, revision: <tag>.',
      });
    }
    const answer = await this.#ask(name, at);
    return readVersions(answer) ?? this.#fail(name, at, 'the answer is not a package of the hub');
  }

  /** The newest version that all who need the package allow. */
  async newest(
    name: string,
    range: VersionRange,
    { prereleases, checkVersion, at }: { prereleases: boolean; checkVersion: boolean; at: Place },
  ): Promise<HubVersion> {
    const all = await this.versions(name, at);
    const usable = all.filter(
      ({ parsed, requireDbtVersion }) =>
        (prereleases || range.namesPrerelease || parsed.prerelease === null) &&
        (!checkVersion || allowsThau(requireDbtVersion)),
    );
    const found = usable.findLast(({ version }) => range.allows(version));
    if (found !== undefined) return found;
    const foreign = all.some(({ version }) => range.allows(version));
    throw new ThauError('PROJECT_PACKAGE', `no version of "${name}" is ${String(range)}`, {
      at,
      notes: [`there are ${usable.map(({ version }) => version).join(', ') || 'none'}`],
      hint: foreign
        ? 'What would fit is a prerelease (install_prerelease: true takes it), or is made for other versions of dbt (--no-version-check takes it).'
        : 'Ask for a version that all packages which need it allow.',
    });
  }

  #ask(name: string, at: Place): Promise<unknown> {
    let answer = this.#asked.get(name);
    if (answer === undefined) {
      answer = this.#fetch(`${this.#address}api/v1/${name}.json`, name, at);
      this.#asked.set(name, answer);
    }
    return answer;
  }

  /** Asks up to three times: hubs stand behind caches that fail now and then. */
  async #fetch(url: string, name: string, at: Place): Promise<unknown> {
    let reason = '';
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      try {
        const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
        if (response.ok) return await response.json();
        reason = `${String(response.status)} ${response.statusText}`;
        if (response.status < 500) break;
      } catch (error) {
        reason = describe(error);
      }
    }
    return this.#fail(name, at, reason);
  }

  #fail(name: string, at: Place, reason: string): never {
    throw new ThauError('PROJECT_PACKAGE', `the hub does not tell about "${name}"`, {
      at,
      notes: [`${withoutSecret(this.#address)}: ${reason}`],
      hint: 'Check the network; DBT_PACKAGE_HUB_URL names another hub, git: and revision: name a repository.',
    });
  }
}

/** fetch() says "fetch failed" and keeps the reason behind it. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

function readVersions(answer: unknown): HubVersion[] | undefined {
  const versions = property(answer, 'versions');
  if (typeof versions !== 'object' || versions === null) return undefined;
  const found = Object.entries(versions as Record<string, unknown>).flatMap(([version, one]) => {
    const parsed = parseVersion(version);
    const name = property(one, 'name');
    const tarball = property(property(one, 'downloads'), 'tarball');
    if (typeof name !== 'string' || typeof tarball !== 'string' || parsed === undefined) {
      return [];
    }
    const packages = property(one, 'packages');
    const required = property(one, 'require_dbt_version');
    return [
      {
        version,
        parsed,
        name,
        tarball,
        packages: Array.isArray(packages) ? (packages as unknown[]) : [],
        requireDbtVersion: [required].flat().filter((text): text is string => typeof text === 'string'),
      },
    ];
  });
  return found.sort((a, b) => compareVersions(a.parsed, b.parsed));
}

function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;
}
