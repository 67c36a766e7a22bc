import { Option } from 'commander';
import { caseKinds, type CaseKind, type PrivacyCase } from '../../privacy/cases.js';
import type { AddCommand, CommandContext } from '../command.js';
import { doneBy } from '../privacy/privacy-context.js';
import { ThauError } from '../../errors/thau-error.js';
import { table } from '../table.js';

interface OpenFlags {
  readonly note?: string;
  readonly by?: string;
  readonly on?: string;
}

interface CloseFlags {
  readonly refused?: boolean;
  readonly because?: string;
  readonly by?: string;
}

/** `thau cases`: what people asked for, and until when it must be answered. */
export const addCases: AddCommand = (program, run) => {
  const cases = program
    .command('cases')
    .description('requests of people about their data, with their deadlines');
  cases
    .command('list', { isDefault: true })
    .description('show the open ones, the most urgent first')
    .option('--all', 'closed ones too')
    .action(
      run<{ all?: boolean }>(async (context, { all }) => {
        const { readCases } = await import('../../privacy/cases.js');
        const { database, state } = await open(context);
        const found = await readCases(database, state, all === true);
        context.output.result(found, found.length === 0 ? 'No case is open.' : casesText(found));
        return 0;
      }),
    );
  cases
    .command('open <kind> <customer>')
    .description(`open one: ${caseKinds.join(', ')}`)
    .option('--note <text>', 'what was asked')
    .option('--on <moment>', 'when it was asked, as in 2026-02-13T17:30:00+07:00 (default: now)')
    .option('--by <name>', "who opens it (default: the operating system's user)")
    .action(
      run<OpenFlags>(async (context, { note, by, on }, [kind = '', subject = '']) => {
        const { openCase } = await import('../../privacy/cases.js');
        const { database, state, settings } = await open(context);
        const opened = await openCase({
          database,
          state,
          privacy: settings.privacy,
          timezone: settings.timezone,
          kind: kindOf(kind),
          subject,
          by: doneBy(by),
          ...(note !== undefined && { note }),
          ...(on !== undefined && { openedAt: momentOf(on) }),
        });
        context.output.result(opened, `Case ${opened.caseId} is due ${local(opened.dueAt)}.`);
        return 0;
      }),
    );
  cases
    .command('close <case>')
    .description('close one as answered, or as refused')
    .addOption(new Option('--refused', 'the law lets it be refused; then say why'))
    .option('--because <text>', 'what was done, or why not')
    .option('--by <name>', "who closes it (default: the operating system's user)")
    .action(
      run<CloseFlags>(async (context, { refused, because = '', by }, [number = '']) => {
        const { closeCase } = await import('../../privacy/cases.js');
        const { wholeNumber } = await import('../whole-number.js');
        const { database, state } = await open(context);
        const closed = await closeCase(database, state, wholeNumber(number, 'the case'), {
          state: refused === true ? 'refused' : 'done',
          outcome: because,
          by: doneBy(by),
        });
        context.output.result(closed, `Case ${closed.caseId} is closed: ${closed.state}.`);
        return 0;
      }),
    );
};

async function open(context: CommandContext) {
  const { quoteIdentifier } = await import('../../postgres/identifier.js');
  const { database, settings } = await context.warehouse();
  return { database, settings, state: quoteIdentifier(settings.database.stateSchema) };
}

function kindOf(text: string): CaseKind {
  const found = caseKinds.find((kind) => kind === text);
  if (found) return found;
  throw new ThauError('CLI_USAGE', `"${text}" is no kind of case.`, {
    hint: `Write ${caseKinds.join(', ')}.`,
  });
}

function momentOf(text: string): Date {
  const moment = new Date(text);
  if (!Number.isNaN(moment.getTime())) return moment;
  throw new ThauError('CLI_USAGE', `"${text}" is no moment.`, {
    hint: 'Write it as in 2026-02-13T17:30:00+07:00.',
  });
}

function casesText(cases: readonly PrivacyCase[]): string {
  return table(
    ['case', 'kind', 'customer', 'opened', 'due', 'state', 'note'],
    cases.map((one) => [
      String(one.caseId),
      one.kind,
      one.subject ?? '(erased)',
      local(one.openedAt),
      local(one.dueAt),
      one.isOverdue ? 'OVERDUE' : one.state,
      one.outcome ?? one.note ?? '',
    ]),
  );
}

function local(date: Date): string {
  return date.toLocaleString('sv-SE').slice(0, 16);
}
