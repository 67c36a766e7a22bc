import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningApi } from '../../src/api/server.js';
import { traceSettings } from '../../src/api/traces/trace-settings.js';
import { publishFixture, shop } from './support/publish-fixture.js';
import { post, serveFixture, serveOn, type Served } from './support/serve-fixture.js';

interface Sent {
  readonly headers: Record<string, unknown>;
  readonly body: { resourceSpans: { scopeSpans: { spans: Record<string, unknown>[] }[] }[] };
}

let served: Served;
let api: RunningApi;
let collector: Server;
const sent: Sent[] = [];
const lines: string[] = [];

beforeAll(async () => {
  collector = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      sent.push({ headers: request.headers, body: JSON.parse(text) as Sent['body'] });
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  served = await serveFixture();
  await publishFixture(served.home, shop);
  const { port } = collector.address() as AddressInfo;
  const note = (message: string, facts?: object): void =>
    void lines.push(JSON.stringify({ message, ...facts }));
  api = await serveOn(
    served.home,
    {
      cacheBytes: 0,
      slowStatement: 0,
      traces: traceSettings({
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}/`,
        OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20b',
      }),
    },
    { info: note, warn: note, error: note },
  );
});
afterAll(async () => {
  await served.close();
  collector.close();
});

test('a traced request is a span with its statement below it, under the trace it came with', async () => {
  const traceId = 'a'.repeat(32);
  const ask = (flags: string) =>
    post(
      api.url,
      served.key,
      { query: 'query Names { customers { nodes { fullName } } }' },
      {
        traceparent: `00-${traceId}-${'b'.repeat(16)}-${flags}`,
        'x-request-id': 'r1',
      },
    );
  await ask('01');
  await ask('01');
  // whoever sent it decided that it is not recorded
  await ask('00');
  await api.stop();
  const spans = sent.flatMap(({ body }) =>
    body.resourceSpans.flatMap((one) => one.scopeSpans.flatMap((scope) => scope.spans)),
  );
  const servers = spans.filter((span) => span['kind'] === 2);
  expect(servers).toHaveLength(2);
  for (const span of servers) {
    expect(span).toMatchObject({ traceId, parentSpanId: 'b'.repeat(16), name: 'POST /graphql', status: {} });
    const below = spans.filter((one) => one['parentSpanId'] === span['spanId']);
    expect(below).toMatchObject([{ traceId, kind: 3, name: 'SELECT' }]);
    expect(BigInt(String(span['endTimeUnixNano']))).toBeGreaterThan(
      BigInt(String(below[0]?.['startTimeUnixNano'])),
    );
  }
  expect(sent[0]?.headers).toMatchObject({ 'api-key': 'a b', 'content-type': 'application/json' });
});

test('a slow statement is logged with its plan, and with no value of the request', async () => {
  const slow = await serveOn(
    served.home,
    { cacheBytes: 0, slowStatement: 0 },
    {
      info: () => undefined,
      error: () => undefined,
      warn: (message, facts) => void lines.push(JSON.stringify({ message, ...facts })),
    },
  );
  lines.length = 0;
  await post(slow.url, served.key, {
    query: '{ customers(filter: {fullName: {eq: "secret-value"}}) { totalCount } }',
  });
  await expect.poll(() => lines.join('\n'), { timeout: 30_000 }).toContain('Seq Scan on customers');
  expect(lines.join('\n')).not.toContain('secret-value');
  await slow.stop();
});

describe('the settings of traces', () => {
  test.each([
    ['without an endpoint', {}, undefined],
    ['switched off', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_SDK_DISABLED: 'true' }, undefined],
    ['that are no address', { OTEL_EXPORTER_OTLP_ENDPOINT: 'not an address' }, undefined],
    ['with a share', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_TRACES_SAMPLER_ARG: '0.1' }, 0.1],
    [
      'with a strange share',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_TRACES_SAMPLER_ARG: 'x' },
      1,
    ],
  ])('%s', (_what, env, ratio) => {
    expect(traceSettings(env)?.ratio).toBe(ratio);
  });
});
