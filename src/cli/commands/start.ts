import type { AddCommand } from '../command.js';

/** Everything: the database, the first data and build, the API, the schedule. */
export const addStart: AddCommand = (program, run) => {
  program
    .command('start')
    .description('start everything: PostgreSQL, the first build, the schedule, the API (the default)')
    .action(
      run(async (context) => {
        const { start } = await import('../start/start.js');
        return start(context);
      }),
    );
};
