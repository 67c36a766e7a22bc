import { Socket } from 'node:net';

/**
 * A socket that reads into one piece of memory of its own again and again, where Node.js takes new memory for each read
 * and passes it through a stream. Until somebody takes what comes, it says `data` as every socket does.
 */
export class ReusingSocket extends Socket {
  #taker: ((chunk: Buffer) => void) | undefined;

  constructor() {
    const memory = Buffer.allocUnsafeSlow(65_536);
    super({
      onread: {
        buffer: memory,
        callback: (length: number): boolean => {
          const chunk = memory.subarray(0, length);
          if (this.#taker === undefined) this.emit('data', Buffer.from(chunk));
          else this.#taker(chunk);
          return true;
        },
      },
    } as ConstructorParameters<typeof Socket>[0]);
  }

  /** From now on `taker` is given what comes; it is gone when the call returns. */
  handOver(taker: (chunk: Buffer) => void): void {
    this.#taker = taker;
  }
}
