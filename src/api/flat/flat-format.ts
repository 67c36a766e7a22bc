/** In what flat rows are written, with the media type of each. */
export const flatTypes = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
  /** https://www.iana.org/assignments/media-types/application/vnd.apache.arrow.stream */
  arrow: 'application/vnd.apache.arrow.stream',
} as const;

export type FlatFormat = keyof typeof flatTypes;

export const flatFormats = Object.keys(flatTypes) as readonly FlatFormat[];
