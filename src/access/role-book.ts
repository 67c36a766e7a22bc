import { didYouMean } from '../errors/suggest.js';
import { ThauError } from '../errors/thau-error.js';

export type Permission = 'lookup' | 'segments' | 'warehouse' | 'work';

const permissions: readonly Permission[] = ['lookup', 'segments', 'warehouse', 'work'];

/** A role as thau.yml has it. */
export interface RoleSettings {
  readonly name: string;
  readonly masks?: Readonly<Record<string, 'null' | 'hash' | 'partial' | undefined>>;
  readonly row_filters?: Readonly<Record<string, string>>;
  readonly unfiltered?: readonly string[];
  readonly may?: readonly string[];
  readonly operations?: readonly string[];
  readonly min_group?: number;
  readonly requests_per_minute?: number;
}

/** What a role sees of the data, as a plan compiles it in. */
export interface Sight {
  readonly key: string;
  readonly masks: Readonly<Partial<Record<string, 'null' | 'hash' | 'partial'>>>;
  readonly rowFilters: readonly {
    readonly column: string;
    readonly claim: string;
    readonly except: readonly string[];
  }[];
  readonly mayLookup: boolean;
  readonly mayOperate: boolean;
  readonly maySegment: boolean;
  readonly minGroup: number;
}

/** A role, ready to be held against requests. */
export interface AccessRole {
  readonly name: string;
  /** Undefined: everything is seen as it is. */
  readonly sight: Sight | undefined;
  readonly mayWork: boolean;
  /** Segments may be defined, changed and deleted. */
  readonly maySegment: boolean;
  /** Undefined: any document. */
  readonly operations: ReadonlySet<string> | undefined;
  /** 0: not counted. */
  readonly requestsPerMinute: number;
}

const everything = { operations: undefined, requestsPerMinute: 0 } as const;

/** Roles that are there without a word in thau.yml. */
const builtIn: readonly AccessRole[] = [
  { name: 'admin', sight: undefined, mayWork: true, maySegment: true, ...everything },
  { name: 'reader', sight: sightOf({ name: 'reader' }), mayWork: false, maySegment: false, ...everything },
];

/** The roles of a project. */
export class RoleBook {
  readonly #roles: ReadonlyMap<string, AccessRole>;

  constructor(settings: readonly RoleSettings[] = []) {
    this.#roles = new Map([...builtIn, ...settings.map(roleOf)].map((role) => [role.name, role]));
  }

  get names(): readonly string[] {
    return [...this.#roles.keys()];
  }

  find(name: string): AccessRole | undefined {
    return this.#roles.get(name);
  }

  /** For who hands out keys: throws where thau.yml has no such role. */
  hold(name: string): AccessRole {
    const role = this.#roles.get(name);
    if (role !== undefined) return role;
    throw new ThauError('ACCESS_UNKNOWN_ROLE', `There is no role "${name}".`, {
      hint:
        didYouMean(name, this.names) ??
        `Roles: ${this.names.join(', ')}; \`api.roles\` of thau.yml has more.`,
    });
  }
}

function roleOf(settings: RoleSettings): AccessRole {
  const may = settings.may ?? [];
  const strange = may.find((one) => !(permissions as readonly string[]).includes(one));
  if (strange !== undefined) {
    throw new ThauError(
      'CONFIG_VALUE',
      `The role "${settings.name}" may "${strange}", which is no permission.`,
      {
        hint: didYouMean(strange, permissions) ?? `Permissions: ${permissions.join(', ')}.`,
      },
    );
  }
  return {
    name: settings.name,
    sight: sightOf(settings),
    mayWork: may.includes('work'),
    maySegment: may.includes('segments'),
    operations: settings.operations && new Set(settings.operations),
    requestsPerMinute: settings.requests_per_minute ?? 0,
  };
}

function sightOf(settings: RoleSettings): Sight {
  const may = settings.may ?? [];
  const masks = Object.entries(settings.masks ?? {}).flatMap(([kind, mask]) =>
    mask === undefined ? [] : [[kind.toUpperCase(), mask] as const],
  );
  return {
    key: settings.name,
    masks: Object.fromEntries(masks),
    rowFilters: Object.entries(settings.row_filters ?? {}).map(([column, claim]) => ({
      column,
      claim,
      except: settings.unfiltered ?? [],
    })),
    mayLookup: may.includes('lookup'),
    mayOperate: may.includes('warehouse'),
    maySegment: may.includes('segments'),
    minGroup: settings.min_group ?? 1,
  };
}
