// PostGraphile 5 over the benchmark's schema, as its documentation sets it up: lists, filters, no page for people.
import { createServer } from 'node:http';
import pg from 'pg';
import { postgraphile } from 'postgraphile';
import { PostGraphileConnectionFilterPreset } from 'postgraphile-plugin-connection-filter';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';

const [, , port, connectionString] = process.argv;
const pool = new pg.Pool({
  connectionString,
  max: 10,
  idleTimeoutMillis: 0,
  application_name: 'postgraphile',
  options: '-c search_path=app -c TimeZone=UTC -c jit=off',
});
const preset = {
  extends: [PostGraphileAmberPreset, PostGraphileConnectionFilterPreset],
  pgServices: [makePgService({ pool, schemas: ['app'] })],
  schema: { defaultBehavior: '-connection +list -mutation' },
  grafast: { explain: false },
  grafserv: { graphiql: false, watch: false, port: Number(port) },
};
const instance = postgraphile(preset);
const server = createServer();
await instance.createServ(grafserv).addTo(server);
await instance.getSchema();
server.listen(Number(port), '127.0.0.1', () => console.log('listening', process.version));
