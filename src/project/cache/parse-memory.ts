import { hash } from 'node:crypto';
import type { Session } from '../parse/session.js';
import type { PatchKind, PatchTable } from '../properties/properties.js';
import type { Effects, Unit } from './effects.js';
import type { FileTable } from './file-table.js';
import type { Readings } from './readings.js';

/** What the unit being parsed has asked for so far. */
interface Notes {
  readonly files: Set<string>;
  readonly patches: (readonly [PatchKind, string, string, string | null])[];
  readonly docs: Map<string, string | null>;
  /** It read a clock, rolled a die or printed: what it says holds for this once. */
  passing: boolean;
}

/**
 * Lets a parse do only the units whose inputs changed since an earlier one; of the others it repeats what they left
 * in the session. What all units depend on (variables, target, names of macros …) is not its business: whoever
 * hands over the earlier units has compared that.
 */
export class ParseMemory {
  readonly units = new Map<string, Unit>();
  #parsed = 0;
  #kept = 0;
  #notes: Notes | undefined;
  #before: ReadonlyMap<string, Unit> = new Map();
  /** Files that gave something that holds for this once; what is made of them is always parsed anew. */
  readonly #passingFiles = new Set<string>();
  /** Of what each docs block says. */
  readonly #docHashes = new Map<string, string | null>();

  constructor(
    readonly files: FileTable,
    readonly readings: Readings,
  ) {}

  /** The units of the earlier parse, once it is known that they may be used. */
  recall(units: ReadonlyMap<string, Unit>): void {
    this.#before = units;
  }

  /** Whether every earlier unit was used and nothing had to be read anew. */
  get isComplete(): boolean {
    return (
      this.#parsed === 0 &&
      this.#kept === this.#before.size &&
      this.readings.isComplete &&
      !this.files.isStale
    );
  }

  /** Whether all units can be kept: none read the clock, and none has the id of another. */
  get isWhole(): boolean {
    return this.units.size === this.#parsed + this.#kept;
  }

  /** Units that were parsed anew, and those repeated. */
  get counts(): { readonly parsed: number; readonly kept: number } {
    return { parsed: this.#parsed, kept: this.#kept };
  }

  /**
   * Does `work`, or repeats what it left behind when none of its inputs changed. `id` names the work and everything
   * it depends on that is no file, no macro and no properties. `files` are those it certainly reads.
   */
  unit<T>(id: string, files: readonly string[], session: Session, work: () => T): T {
    const known = this.#before.get(id);
    if (known !== undefined && this.#holds(known, session)) {
      this.units.set(id, known);
      this.#kept++;
      replay(known, session);
      return known.effects.value as T;
    }
    const notes: Notes = { files: new Set(files), patches: [], docs: new Map(), passing: false };
    const start = marks(session);
    session.taken.noted = [];
    this.#notes = notes;
    this.#parsed++;
    try {
      const value = work();
      if (notes.passing) for (const file of files) this.#passingFiles.add(file);
      const holds = session.problems.errors.length === start.errors && !this.#isPassing(files, notes.patches);
      if (holds) {
        this.units.set(id, {
          files: [...notes.files],
          patches: notes.patches,
          docs: [...notes.docs],
          effects: effectsSince(start, session, value),
        });
      }
      return value;
    } finally {
      this.#notes = undefined;
      session.taken.noted = undefined;
    }
  }

  /** A macro of this file was looked at. */
  noteFile(shown: string): void {
    this.#notes?.files.add(shown);
  }

  /** Properties were looked for; `found` is their file. */
  notePatch(kind: PatchKind, packageName: string, name: string, found: string | null): void {
    this.#notes?.patches.push([kind, packageName, name, found]);
  }

  /** A docs block was looked for; `contents` is what it says. */
  noteDoc(id: string, contents: string | undefined): void {
    this.#notes?.docs.set(id, this.#docHash(id, contents));
  }

  /** Something was read that is another thing next time. */
  notePassing(): void {
    if (this.#notes !== undefined) this.#notes.passing = true;
  }

  #isPassing(files: readonly string[], patches: Unit['patches']): boolean {
    return (
      files.some((file) => this.#passingFiles.has(file)) ||
      patches.some(([, , , found]) => found !== null && this.#passingFiles.has(found))
    );
  }

  #docHash(id: string, contents: string | undefined): string | null {
    let known = this.#docHashes.get(id);
    if (known === undefined) {
      known = contents === undefined ? null : hash('sha1', contents, 'base64');
      this.#docHashes.set(id, known);
    }
    return known;
  }

  #holds({ files, patches, docs, effects }: Unit, session: Session): boolean {
    for (const file of files) if (!this.files.isUnchanged(file)) return false;
    for (const [id, known] of docs) {
      if (this.#docHash(id, session.docs.get(id)?.block_contents) !== known) return false;
    }
    // a second one of the same id: let it be told
    for (const [id] of effects.taken) if (session.taken.has(id)) return false;
    for (const [kind, packageName, name, found] of patches) {
      const now = patchTable(session, kind).find(packageName, name)?.shown ?? null;
      if (now !== found || (now !== null && !this.files.isUnchanged(now))) return false;
    }
    return true;
  }
}

function patchTable(session: Session, kind: PatchKind): PatchTable {
  return session.properties.patches[kind];
}

function replay({ patches, effects }: Unit, session: Session): void {
  for (const draft of effects.drafts) session.drafts.push(draft);
  for (const node of effects.disabled) session.disabled.push(node);
  for (const node of effects.sources) session.sources.push(node);
  for (const node of effects.disabledSources) session.disabledSources.push(node);
  for (const draft of effects.declared) session.declared.push(draft);
  for (const [id, at] of effects.taken) session.taken.set(id, at);
  for (const warning of effects.warnings) session.problems.warn(warning);
  for (const [kind, packageName, name] of patches) patchTable(session, kind).take(packageName, name);
}

interface Marks {
  readonly drafts: number;
  readonly disabled: number;
  readonly sources: number;
  readonly disabledSources: number;
  readonly declared: number;
  readonly warnings: number;
  readonly errors: number;
}

function marks({ drafts, disabled, sources, disabledSources, declared, problems }: Session): Marks {
  return {
    drafts: drafts.length,
    disabled: disabled.length,
    sources: sources.length,
    disabledSources: disabledSources.length,
    declared: declared.length,
    warnings: problems.warnings.length,
    errors: problems.errors.length,
  };
}

function effectsSince(start: Marks, session: Session, value: unknown): Effects {
  const { drafts, disabled, sources, disabledSources, declared, problems, taken } = session;
  return {
    drafts: drafts.slice(start.drafts),
    disabled: disabled.slice(start.disabled),
    sources: sources.slice(start.sources),
    disabledSources: disabledSources.slice(start.disabledSources),
    declared: declared.slice(start.declared),
    taken: taken.noted ?? [],
    warnings: problems.warnings.slice(start.warnings),
    value,
  };
}
