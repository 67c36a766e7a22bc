/** A Python float. Integers are plain numbers (or bigints), so that `1` and `1.0` stay apart. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}
