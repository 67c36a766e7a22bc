import type { AddCommand } from '../command.js';

/** Ends the embedded server and the thau processes that use it. */
export const addStop: AddCommand = (program, run) => {
  program
    .command('stop')
    .description('stop the embedded PostgreSQL, and the thau processes that use it')
    .action(
      run(async ({ output, settings }) => {
        const { stopEmbeddedServer } = await import('../../postgres/embedded/embedded-server.js');
        const { source, embedded } = settings();
        const stopped = await stopEmbeddedServer(embedded.dataDir);
        const elsewhere =
          source.kind === 'server' ? ` The project's database (${source.from}) is not thau's to stop.` : '';
        const text = stopped
          ? 'The embedded PostgreSQL is stopped.'
          : `No embedded PostgreSQL was running.${elsewhere}`;
        output.result({ stopped }, text);
        return 0;
      }),
    );
};
