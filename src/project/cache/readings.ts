import type { DocFile } from '../parse/read-docs.js';
import type { MacroFile } from '../parse/macro-file.js';
import type { StandardMacros } from '../parse/read-macros.js';
import type { FileTable } from './file-table.js';

/** What files that no unit stands for were read as; plain data. */
export interface KeptReadings {
  readonly standard: StandardMacros;
  /** By the paths that errors show. */
  readonly macros: Readonly<Record<string, MacroFile>>;
  readonly docs: Readonly<Record<string, DocFile>>;
}

/** Files of macros and of docs blocks: those that did not change since an earlier parse are not read again. */
export class Readings {
  readonly #files: FileTable;
  readonly #before: KeptReadings | undefined;
  #standard: StandardMacros = {};
  readonly #macros: Record<string, MacroFile> = {};
  readonly #docs: Record<string, DocFile> = {};
  #anew = 0;

  constructor(files: FileTable, before: KeptReadings | undefined) {
    this.#files = files;
    this.#before = before;
  }

  readonly standard = (anew: () => StandardMacros): StandardMacros => {
    const kept = this.#before?.standard;
    if (kept === undefined) this.#anew++;
    return (this.#standard = kept ?? anew());
  };

  macros(shown: string, anew: () => MacroFile): MacroFile {
    return this.#reading(this.#macros, this.#before?.macros, shown, anew);
  }

  docs(shown: string, anew: () => DocFile): DocFile {
    return this.#reading(this.#docs, this.#before?.docs, shown, anew);
  }

  /** Whether everything was as the earlier parse had read it, and nothing is left over. */
  get isComplete(): boolean {
    const { macros, docs } = this.kept;
    const before = this.#before;
    return (
      this.#anew === 0 &&
      before !== undefined &&
      Object.keys(macros).length === Object.keys(before.macros).length &&
      Object.keys(docs).length === Object.keys(before.docs).length
    );
  }

  get kept(): KeptReadings {
    return { standard: this.#standard, macros: this.#macros, docs: this.#docs };
  }

  /** The files behind it. */
  get paths(): string[] {
    return [...Object.keys(this.#macros), ...Object.keys(this.#docs)];
  }

  #reading<T>(
    now: Record<string, T>,
    before: Readonly<Record<string, T>> | undefined,
    shown: string,
    anew: () => T,
  ): T {
    const known = before !== undefined && Object.hasOwn(before, shown) ? before[shown] : undefined;
    if (known !== undefined && this.#files.isUnchanged(shown)) return (now[shown] = known);
    this.#anew++;
    return (now[shown] = anew());
  }
}
