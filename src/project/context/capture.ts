import type { Place } from '../../errors/thau-error.js';
import type { RefArgs } from '../manifest.js';
import type { YamlMapping } from '../yaml/yaml-file.js';

/** What a template said while it was rendered for parsing. */
export class Capture {
  readonly refs: { readonly ref: RefArgs; readonly at: Place }[] = [];
  readonly sources: { readonly source: readonly [string, string]; readonly at: Place }[] = [];
  readonly metrics: (readonly string[])[] = [];
  readonly configs: YamlMapping[] = [];
}
