// The load: a process of its own that asks over plain sockets, each connection its next question when it has the answer
// to the last. It does little per answer, so that on a small machine the servers' own cost is what shows.
import { connect } from 'node:net';
import { bodyOf, requests } from './requests.js';

const headEnd = Buffer.from('\r\n\r\n');

/** Asks `port` for `seconds` over `connections`; `rate` a second in all, or as fast as it goes. */
export function load({ port, dialect, key, request, connections, seconds, rate }) {
  const { variables } = requests[request];
  const head = `POST /graphql HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: `;
  const started = performance.now();
  const end = started + seconds * 1000;
  const waits = [];
  const seen = { answers: 0, bytes: 0, errors: [] };
  const between = rate === undefined ? 0 : (1000 * connections) / rate;

  const one = (index) =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.setNoDelay(true);
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
        if (performance.now() >= end) {
          socket.end();
          resolve();
          return;
        }
        if (between === 0) return ask();
        due += between;
        setTimeout(ask, Math.max(0, due - performance.now()));
      };
      const whole = () => {
        waits.push(performance.now() - asked);
        seen.answers += 1;
        seen.bytes += size;
        const first = chunks[0];
        if (first.latin1Slice(9, 12) !== '200' || !chunks.isData) fail(first.latin1Slice(0, 400));
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
      socket.on('close', resolve);
      next();
    });

  return Promise.all(Array.from({ length: connections }, (_, index) => one(index))).then(() => {
    waits.sort((a, b) => a - b);
    const at = (share) => waits[Math.min(waits.length - 1, Math.floor(waits.length * share))];
    return {
      ...seen,
      errors: seen.errors.length,
      error: seen.errors[0],
      rate: seen.answers / ((performance.now() - started) / 1000),
      p50: at(0.5),
      p99: at(0.99),
    };
  });
}

process.on('message', (task) => {
  const before = process.cpuUsage();
  load(task).then((result) => {
    const { user, system } = process.cpuUsage(before);
    process.send({ ...result, cpu: (user + system) / 1e6 });
  });
});
