export interface TestServer {
  readonly url: string;
  stop(this: void): Promise<void>;
}

/** Starts the embedded PostgreSQL in a temporary folder. */
export function startTestServer(): Promise<TestServer> {
  return Promise.reject(new Error('set THAU_TEST_DATABASE_URL'));
}
