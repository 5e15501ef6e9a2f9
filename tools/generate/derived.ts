/** A file that is made from the code: its path from the root of the repository, and what it should hold. */
export interface Derived {
  readonly file: string;
  readonly text: string;
}
