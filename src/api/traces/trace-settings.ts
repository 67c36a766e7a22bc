/** Where traces go; undefined settings mean that none are made. */
export interface TraceSettings {
  /** The collector's address for traces. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly service: string;
  /** The share of requests without a trace of their own that are traced. */
  readonly ratio: number;
}

/**
 * OpenTelemetry's own variables (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/):
 * traces are made where an endpoint is named, and `OTEL_SDK_DISABLED` is not true.
 */
export function traceSettings(env: Readonly<Record<string, string | undefined>>): TraceSettings | undefined {
  const base = given(env['OTEL_EXPORTER_OTLP_ENDPOINT']);
  const url =
    given(env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']) ?? (base && `${base.replace(/\/+$/, '')}/v1/traces`);
  if (url === undefined || !URL.canParse(url)) return undefined;
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none')
    return undefined;
  const ratio = Number(given(env['OTEL_TRACES_SAMPLER_ARG']) ?? 1);
  return {
    url,
    headers: pairs(
      given(env['OTEL_EXPORTER_OTLP_TRACES_HEADERS']) ?? given(env['OTEL_EXPORTER_OTLP_HEADERS']),
    ),
    service: given(env['OTEL_SERVICE_NAME']) ?? 'thau',
    ratio: ratio >= 0 && ratio <= 1 ? ratio : 1,
  };
}

const given = (text: string | undefined): string | undefined =>
  text === undefined || text.trim() === '' ? undefined : text.trim();

/** `api-key=secret,other=value`, percent-encoded. */
function pairs(text: string | undefined): Record<string, string> {
  const found: Record<string, string> = {};
  for (const pair of text?.split(',') ?? []) {
    const at = pair.indexOf('=');
    if (at <= 0) continue;
    try {
      found[pair.slice(0, at).trim().toLowerCase()] = decodeURIComponent(pair.slice(at + 1).trim());
    } catch {
      // what is not percent-encoded rightly cannot be a header
    }
  }
  return found;
}
