import './navigator.js';
import pg from 'pg';

/** Milliseconds a server is given to close a connection that was ended. */
const goodbye = 5000;
/** Milliseconds a server is given to answer what is quick: a LISTEN, the setup of a connection. */
const patience = 10_000;

/**
 * A client whose `end` comes to an end: `pg` waits for the server to close, and one that went silent never does; its
 * socket would keep the process alive for as long.
 */
export class BoundedClient extends pg.Client {
  override end(): Promise<void>;
  override end(callback: (error: Error) => void): void;
  override end(callback?: (error: Error) => void): Promise<void> | void {
    // unref: an open socket keeps the process going until then, and nothing else need
    setTimeout(() => this.abandon(), goodbye).unref();
    if (callback === undefined) return super.end();
    super.end(callback);
    return undefined;
  }

  /** The connection is gone at once, and what waits for it fails; the server learns of it or not. */
  abandon(): void {
    this.connection.stream.destroy();
  }

  /** Awaits what needs an answer of the server; the connection is given up when it does not come in time. */
  async answered<T>(work: Promise<T>, within = patience): Promise<T> {
    const timer = setTimeout(() => this.abandon(), within);
    try {
      return await work;
    } finally {
      clearTimeout(timer);
    }
  }
}
