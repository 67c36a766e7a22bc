import { connect, createServer } from 'node:net';
import { once } from 'node:events';

/** A TCP proxy on loopback that loses connections when told to. */
export async function startProxy(target) {
  const pairs = new Set();
  let refusing = false;
  const server = createServer((client) => {
    if (refusing) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect(target.port, target.host);
    const pair = { client, upstream, port: undefined };
    pairs.add(pair);
    upstream.on('connect', () => (pair.port = upstream.localPort));
    const end = () => {
      pairs.delete(pair);
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end).setNoDelay(true);
    client.pipe(upstream);
    upstream.pipe(client);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const { client, upstream } of pairs) {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    }
  };
  return {
    port: server.address().port,
    /** The ports that the server sees its clients come from. */
    ports: () => [...pairs].flatMap(({ port }) => (port === undefined ? [] : [port])),
    /** Every connection breaks. */
    cut,
    /** New connections are refused until the answer is called. */
    refuse: () => {
      refusing = true;
      return () => (refusing = false);
    },
    /** Nothing passes any more, and nobody is told. */
    silence: () => {
      for (const { client, upstream } of pairs) {
        client.unpipe(upstream);
        upstream.unpipe(client);
        client.pause();
        upstream.pause();
      }
    },
    close: () => {
      cut();
      server.close();
    },
  };
}
