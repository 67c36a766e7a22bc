import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { otlpBody, type Attributes, type Span } from './otlp.js';
import type { TraceSettings } from './trace-settings.js';

/** Spans that wait to be sent at most; more are dropped and counted. */
const most = 4_096;
/** Spans of one message. */
const batch = 512;
/** Milliseconds between messages. */
const interval = 2_000;

/** One request on its way: its own span, and what it did below it. */
export class Trace {
  readonly #tracer: Tracer;
  readonly #started = performance.now();
  readonly #id = randomBytes(8).toString('hex');
  readonly #traceId: string;
  readonly #parent: string | undefined;

  constructor(tracer: Tracer, traceId: string, parent: string | undefined) {
    this.#tracer = tracer;
    this.#traceId = traceId;
    this.#parent = parent;
  }

  /** Something the request did, between two readings of `performance.now()`. */
  child(name: string, started: number, ended: number, attributes: Attributes): void {
    this.#tracer.add({
      traceId: this.#traceId,
      id: randomBytes(8).toString('hex'),
      parent: this.#id,
      kind: 'client',
      name,
      started,
      ended,
      attributes,
      failed: false,
    });
  }

  /** The request was answered. */
  end(name: string, attributes: Attributes, failed: boolean): void {
    this.#tracer.add({
      traceId: this.#traceId,
      id: this.#id,
      parent: this.#parent,
      kind: 'server',
      name,
      started: this.#started,
      ended: performance.now(),
      attributes,
      failed,
    });
  }
}

/**
 * Sends OpenTelemetry traces by OTLP over HTTP in JSON (https://opentelemetry.io/docs/specs/otlp/#otlphttp). A request
 * that comes with a `traceparent` goes on with its trace and its decision; of others a share is traced. A collector
 * that does not answer costs spans, never requests.
 */
export class Tracer {
  readonly #settings: TraceSettings;
  readonly #onFault: (message: string) => void;
  readonly #timer: NodeJS.Timeout;
  #spans: Span[] = [];
  #dropped = 0;
  #sending: Promise<void> | undefined;

  constructor(settings: TraceSettings, onFault: (message: string) => void) {
    this.#settings = settings;
    this.#onFault = onFault;
    this.#timer = setInterval(() => void this.flush(), interval).unref();
  }

  /** Undefined where this request is not traced. */
  begin(headers: IncomingHttpHeaders): Trace | undefined {
    // https://www.w3.org/TR/trace-context/#traceparent-header
    const given = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(
      String(headers['traceparent'] ?? ''),
    );
    const [, traceId, parent, flags] = given ?? [];
    if (traceId !== undefined && !/^0+$/.test(traceId)) {
      return (parseInt(flags ?? '0', 16) & 1) === 1 ? new Trace(this, traceId, parent) : undefined;
    }
    if (Math.random() >= this.#settings.ratio) return undefined;
    return new Trace(this, randomBytes(16).toString('hex'), undefined);
  }

  add(span: Span): void {
    if (this.#spans.length >= most) this.#dropped += 1;
    else this.#spans.push(span);
  }

  /** Sends what waits; returns when it was sent, or lost. */
  async flush(): Promise<void> {
    this.#sending ??= this.#send().finally(() => (this.#sending = undefined));
    return this.#sending;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
    await this.flush();
  }

  async #send(): Promise<void> {
    while (this.#spans.length > 0) {
      const spans = this.#spans.slice(0, batch);
      this.#spans = this.#spans.slice(batch);
      try {
        const response = await fetch(this.#settings.url, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...this.#settings.headers },
          body: JSON.stringify(otlpBody(spans, this.#settings.service)),
          signal: AbortSignal.timeout(5_000),
        });
        await response.arrayBuffer();
        if (!response.ok) throw new Error(`status ${response.status}`);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        this.#onFault(
          `${spans.length + this.#dropped} spans were lost: the collector does not take them (${why})`,
        );
        this.#dropped = 0;
        return;
      }
    }
  }
}
