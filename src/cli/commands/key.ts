import { Option } from 'commander';
import type { KeyKind } from '../../access/caller.js';
import { createKey, listKeys, revokeKey, type KeyDatabase, type StoredKey } from '../../access/key-store.js';
import { RoleBook } from '../../access/role-book.js';
import { ThauError } from '../../errors/thau-error.js';
import { quoteIdentifier } from '../../postgres/identifier.js';
import type { AddCommand, CommandContext } from '../command.js';
import { dateOption } from '../date-option.js';
import { table } from '../table.js';

interface CreateOptions {
  readonly name: string;
  readonly role?: readonly string[];
  readonly claim?: Readonly<Record<string, string>>;
  readonly kind: KeyKind;
  readonly expires?: Date;
}

/** API keys: made, listed, revoked. */
export const addKey: AddCommand = (program, run) => {
  const key = program.command('key').description('make, list and revoke keys of the API');
  key
    .command('create')
    .description('make a key; its text is shown once')
    .requiredOption('--name <text>', 'who or what will use it')
    .option(
      '--role <role>',
      'what it may see and do (default: admin); again for one a request may name',
      listed,
    )
    .option('--claim <name=value>', 'what row filters compare with, as in store=S1', claim)
    .addOption(
      new Option('--kind <kind>', 'bi: for GET /q alone, as it stands in URLs')
        .choices(['api', 'bi'])
        .default('api'),
    )
    .option('--expires <date>', 'the day it ends, as in 2027-12-31', dateOption)
    .action(
      run<CreateOptions>(async (context, { name, role, claim: claims, kind, expires }) => {
        const book = new RoleBook(context.settings().api.roles);
        for (const one of role ?? []) book.hold(one);
        const keys = await keyDatabase(context);
        const made = await createKey(keys, {
          name,
          kind,
          ...(role && { roles: role }),
          ...(claims && { claims }),
          ...(expires && { expiresAt: expires }),
        });
        context.output.result({ key: made.text, ...shown(made.key) }, made.text);
        context.output.log('Keep it: thau stores a hash alone and cannot show it again.');
        return 0;
      }),
    );
  key
    .command('list')
    .description('show every key, without its secret')
    .action(
      run(async (context) => {
        const list = await listKeys(await keyDatabase(context));
        const day = (date: Date | null): string => date?.toISOString().slice(0, 10) ?? '';
        const rows = list.map((one) => [
          ...[
            `thau_${one.keyId}`,
            one.name,
            [one.role, ...one.otherRoles].join(' '),
            one.kind,
            day(one.createdAt),
            day(one.lastUsedAt),
          ],
          one.revokedAt
            ? `revoked ${day(one.revokedAt)}`
            : one.expiresAt
              ? `until ${day(one.expiresAt)}`
              : 'valid',
        ]);
        const text = table(['key', 'name', 'role', 'kind', 'created', 'last used', 'state'], rows);
        context.output.result(list.map(shown), text);
        return 0;
      }),
    );
  key
    .command('revoke <key>')
    .description('end a key, named by its prefix, at once')
    .action(
      run(async (context, _options, [keyId = '']) => {
        const revoked = await revokeKey(await keyDatabase(context), keyId);
        context.output.result(shown(revoked), `The key thau_${revoked.keyId} (${revoked.name}) is revoked.`);
        return 0;
      }),
    );
};

function listed(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function claim(
  value: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const at = value.indexOf('=');
  if (at > 0) return { ...before, [value.slice(0, at)]: value.slice(at + 1) };
  throw new ThauError('ACCESS_CLAIM', `"${value}" is no claim.`, {
    hint: 'Write it as in --claim store=S1.',
  });
}

async function keyDatabase(context: CommandContext): Promise<KeyDatabase> {
  const { database, settings } = await context.warehouse();
  return { database, state: quoteIdentifier(settings.database.stateSchema) };
}

/** Everything but the hash. */
function shown({ hash: _hash, ...rest }: StoredKey): Omit<StoredKey, 'hash'> {
  return rest;
}
