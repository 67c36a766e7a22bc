import { hash } from 'node:crypto';

/**
 * A statement that is run again and again. It is prepared under its name from its second use on: a plan made once
 * is not worth a prepared statement's memory in the backend.
 */
export class Statement {
  readonly text: string;
  /** A hash of the text, so that equal texts of two generations share what is prepared. */
  readonly name: string;
  #uses = 0;

  constructor(text: string) {
    this.text = text;
    this.name = `s${hash('sha256', text, 'hex').slice(0, 40)}`;
  }

  /** The name to run it under now; empty for the unnamed statement. */
  nameForUse(prepare: boolean): string {
    if (!prepare) return '';
    this.#uses += 1;
    return this.#uses > 1 ? this.name : '';
  }
}
