// A process with a scheduler whose runs are rows of `performed`: node scheduler-process.mjs <database url> <name>.
// Prints each event as a line. `perform` of a schedule called `stuck` never ends.
import { parseConnectionUrl } from '../../dist/config/connection-url.js';
import { Database } from '../../dist/postgres/database.js';
import { Scheduler } from '../../dist/schedule/scheduler.js';

const [url, name] = process.argv.slice(2);
const database = new Database({ connection: parseConnectionUrl(url, 'argv') });
await Scheduler.start({
  database,
  stateSchema: 'thau',
  lookEvery: 50,
  schedules: ['hourly', 'stuck'].map((schedule) => ({
    name: schedule,
    at: { file: 'thau.yml' },
    cron: '0 * * * *',
    onSourceChange: false,
    timezone: 'Asia/Ho_Chi_Minh',
    select: [],
    exclude: [],
    fullRefresh: false,
    enabled: true,
    catchUp: true,
  })),
  perform: async (order) => {
    await database.query('insert into performed (by, trigger) values ($1, $2)', [name, order.trigger]);
    if (order.trigger === 'schedule:stuck') await new Promise(() => {});
    return { runId: 1, state: 'published' };
  },
  onEvent: (event) => console.log(event.kind),
});
console.log('ready');
