import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Pooler {
  readonly url: string;
  /** How often a client was given another backend than the one it had before. */
  reassigned(this: void): number;
  close(this: void): Promise<void>;
}

/** A backend, and what it is sent once it is free. */
interface Backend {
  readonly socket: Socket;
  /** Who has it at the moment. */
  client: Client | undefined;
}

interface Client {
  readonly socket: Socket;
  backend: Backend | undefined;
  before: Backend | undefined;
  readonly waiting: Buffer[];
}

/**
 * A transaction pooler, in as much as thau meets one: clients log in through to a backend of their own, which then
 * serves whoever begins a transaction next; the longest idle one comes first, so that hardly a client meets the
 * same twice. Keys are the pooler's own.
 */
export async function startPooler(target: string): Promise<Pooler> {
  const { hostname, port } = new URL(target);
  const idle: Backend[] = [];
  const sockets = new Set<Socket>();
  const queue: Client[] = [];
  let reassigned = 0;

  const assign = (client: Client): void => {
    const backend = idle.shift();
    if (backend === undefined) {
      if (!queue.includes(client)) queue.push(client);
      return;
    }
    if (client.before !== undefined && client.before !== backend) reassigned += 1;
    backend.client = client;
    client.backend = backend;
    client.before = backend;
    for (const chunk of client.waiting.splice(0)) backend.socket.write(chunk);
  };
  const free = (backend: Backend): void => {
    if (backend.client) backend.client.backend = undefined;
    backend.client = undefined;
    idle.push(backend);
    const next = queue.shift();
    if (next) assign(next);
  };

  const server = createServer((socket) => {
    sockets.add(socket);
    const client: Client = { socket, backend: undefined, before: undefined, waiting: [] };
    const upstream = connect(Number(port), hostname);
    sockets.add(upstream);
    const backend: Backend = { socket: upstream, client };
    client.backend = backend;
    socket.on('error', () => undefined);
    upstream.on('error', () => undefined);
    let loggedIn = false;
    readMessages(upstream, (type, message) => {
      // BackendKeyData: the pooler's own process and secret
      if (type === 'K') message.writeInt32BE(7, 5);
      backend.client?.socket.write(message);
      // ReadyForQuery, outside a transaction
      if (type === 'Z' && message[5] === 0x49) {
        loggedIn = true;
        free(backend);
      }
    });
    socket.on('data', (chunk: Buffer) => {
      // Terminate ends the client alone
      if (loggedIn && chunk[0] === 0x58) {
        socket.end();
        return;
      }
      if (client.backend) client.backend.socket.write(chunk);
      else {
        client.waiting.push(chunk);
        assign(client);
      }
    });
    socket.on('close', () => {
      // a transaction left open goes with its backend
      if (client.backend) client.backend.socket.destroy();
    });
    upstream.on('close', () => {
      const at = idle.indexOf(backend);
      if (at >= 0) idle.splice(at, 1);
      backend.client?.socket.destroy();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(target);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as { port: number }).port);
  return {
    url: url.href,
    reassigned: () => reassigned,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Whole messages of the server: a letter, the length, the rest. */
function readMessages(socket: Socket, on: (type: string, message: Buffer) => void): void {
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
      const length = rest.readInt32BE(1) + 1;
      on(String.fromCharCode(rest[0] ?? 0), Buffer.from(rest.subarray(0, length)));
      rest = rest.subarray(length);
    }
  });
}
