/** Where the API writes what happened; one object per line in production. */
export interface Log {
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
  error(message: string, facts?: Readonly<Record<string, unknown>>): void;
}

/** For tests and for who wants no log. */
export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
