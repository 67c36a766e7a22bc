/**
 * The `data` of an answer as PostgreSQL wrote it. Whoever serialises it by JSON.stringify gets the same value, parsed
 * and written again; `stringifyResult` splices the text in as it stands.
 */
export class RawJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): unknown {
    return JSON.parse(this.text);
  }
}
