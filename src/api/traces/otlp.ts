export type Attributes = Readonly<Record<string, string | number>>;

export interface Span {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16. */
  readonly id: string;
  readonly parent: string | undefined;
  readonly kind: 'server' | 'client';
  readonly name: string;
  /** Readings of `performance.now()`. */
  readonly started: number;
  readonly ended: number;
  readonly attributes: Attributes;
  readonly failed: boolean;
}

/** By opentelemetry/proto/trace/v1/trace.proto. */
const kinds = { server: 2, client: 3 } as const;
const failedStatus = 2;

/** An ExportTraceServiceRequest in OTLP's JSON: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */
export function otlpBody(spans: readonly Span[], service: string): object {
  return {
    resourceSpans: [
      {
        resource: { attributes: attributesOf({ 'service.name': service, 'process.pid': process.pid }) },
        scopeSpans: [
          {
            scope: { name: 'thau' },
            spans: spans.map((span) => ({
              traceId: span.traceId,
              spanId: span.id,
              ...(span.parent !== undefined && { parentSpanId: span.parent }),
              name: span.name,
              kind: kinds[span.kind],
              startTimeUnixNano: nanoseconds(span.started),
              endTimeUnixNano: nanoseconds(span.ended),
              attributes: attributesOf(span.attributes),
              status: span.failed ? { code: failedStatus } : {},
            })),
          },
        ],
      },
    ],
  };
}

/** Past 2^53, so as text. */
const nanoseconds = (reading: number): string =>
  String(BigInt(Math.round((performance.timeOrigin + reading) * 1000)) * 1000n);

const attributesOf = (attributes: Attributes): object[] =>
  Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }));
