// The load: a process of its own that asks over plain sockets, each connection its next question when it has the answer
// to the last. It does little per answer, so that on a small machine the servers' own cost is what shows. What the
// processes used is read here too, as the clock starts and as it stops.
import { once } from 'node:events';
import { connect } from 'node:net';
import { busySeconds, secondsOf } from './processes.js';
import { bodyOf, requests } from './requests.js';

const headEnd = Buffer.from('\r\n\r\n');

/**
 * Asks `port` for `seconds` over `connections`; `rate` a second in all, or as fast as it goes. The connections are there
 * before the clock starts, and it stops with the last answer. `watch` names processes whose time is told.
 */
async function load({ port, dialect, key, request, connections, seconds, rate, watch = {} }) {
  const { variables } = requests[request];
  const head = `POST /graphql HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: `;
  const waits = [];
  const seen = { answers: 0, bytes: 0, errors: [] };
  const between = rate === undefined ? 0 : (1000 * connections) / rate;
  const sockets = Array.from({ length: connections }, () => connect(port, '127.0.0.1').setNoDelay(true));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  const before = usedBy(watch);
  const started = performance.now();
  const end = started + seconds * 1000;

  const one = (socket, index) =>
    new Promise((resolve) => {
      let asked = 0;
      let length = -1;
      let chunks = [];
      let size = 0;
      let due = started + (between * index) / connections;
      const fail = (why) => {
        if (seen.errors.length < 20) seen.errors.push(why);
        else seen.errors.length += 1;
      };
      const ask = () => {
        const body = bodyOf(request, dialect, variables());
        asked = performance.now();
        socket.write(`${head}${Buffer.byteLength(body)}\r\n\r\n${body}`);
      };
      const next = () => {
        if (performance.now() >= end) return resolve();
        if (between === 0) return ask();
        due += between;
        setTimeout(ask, Math.max(0, due - performance.now()));
      };
      const whole = () => {
        waits.push(performance.now() - asked);
        seen.answers += 1;
        seen.bytes += size;
        const first = chunks[0];
        if (first.latin1Slice(9, 12) !== '200' || !chunks.isData) fail(first.toString('latin1', 0, 400));
        chunks = [];
        size = 0;
        length = -1;
        next();
      };
      socket.on('data', (chunk) => {
        chunks.push(chunk);
        size += chunk.length;
        if (length < 0) {
          const seenSoFar = chunks.length === 1 ? chunk : Buffer.concat(chunks);
          const at = seenSoFar.indexOf(headEnd);
          if (at < 0) return;
          const said = /content-length: *(\d+)/i.exec(seenSoFar.latin1Slice(0, at));
          length = said === null ? 0 : at + 4 + Number(said[1]);
          chunks.isData = seenSoFar.latin1Slice(at + 4, at + 13) === '{"data":{';
        }
        if (length > 0 && size >= length) whole();
        else if (length === 0) {
          fail('an answer without content-length');
          socket.destroy();
          resolve();
        }
      });
      socket.on('error', (error) => {
        fail(String(error));
        resolve();
      });
      socket.on('close', () => {
        if (performance.now() < end) fail('the server closed the connection');
        resolve();
      });
      next();
    });

  await Promise.all(sockets.map(one));
  const took = (performance.now() - started) / 1000;
  const after = usedBy(watch);
  for (const socket of sockets) socket.destroy();
  return {
    ...seen,
    errors: seen.errors.length,
    error: seen.errors[0],
    seconds: took,
    rate: seen.answers / took,
    waits: Float64Array.from(waits).sort(),
    used: Object.fromEntries(Object.entries(after).map(([name, value]) => [name, value - before[name]])),
  };
}

/** Seconds so far: of the server (and those it waited for a core), the database's connections, this process, the machine. */
function usedBy({ server, database = [] }) {
  const { user, system } = process.cpuUsage();
  const { used, waited } = server === undefined ? { used: NaN, waited: NaN } : secondsOf(server);
  return {
    server: used,
    waited,
    database: database.reduce((sum, pid) => sum + secondsOf(pid).used, 0),
    load: (user + system) / 1e6,
    machine: busySeconds(),
  };
}

process.on('message', (task) => {
  load(task).then(
    (result) => process.send(result),
    (error) =>
      process.send({ errors: 1, error: String(error), answers: 0, rate: 0, waits: new Float64Array(0) }),
  );
});
