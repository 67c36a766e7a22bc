import type { ThauError, Place } from '../../errors/thau-error.js';
import type { ManifestNode, SourceNode } from '../manifest.js';
import type { DeclaredDraft, Draft } from '../parse/session.js';
import type { PatchKind } from '../properties/properties.js';

/** What one unit of parsing (a file, an entry of a properties file) left behind in the session. */
export interface Effects {
  readonly drafts: readonly Draft[];
  readonly disabled: readonly ManifestNode[];
  readonly sources: readonly SourceNode[];
  readonly disabledSources: readonly SourceNode[];
  readonly declared: readonly DeclaredDraft[];
  readonly taken: readonly (readonly [string, Place])[];
  readonly warnings: readonly ThauError[];
  /** What the unit answers, as plain data. */
  readonly value: unknown;
}

/** A unit as it was parsed: what it came from, and what came of it. */
export interface Unit {
  /** Every file that was read for it, those of the macros that ran included, as errors show them. */
  readonly files: readonly string[];
  /** The properties it looked for, and the file that had them; null where none did. */
  readonly patches: readonly (readonly [PatchKind, string, string, string | null])[];
  /** The docs blocks it looked for, and the hash of what each says; null where there was none. */
  readonly docs: readonly (readonly [string, string | null])[];
  readonly effects: Effects;
}
