/** What every bench is told. */
export interface BenchOptions {
  /** Size of the made-up county. */
  readonly people: number;
  /** Counties that the people are shared out among. */
  readonly counties: number;
  /** Payment requests that are open, and receipts that come in a turn. */
  readonly requests: number;
  readonly receipts: number;
  /** How often each side is timed; the median counts. */
  readonly runs: number;
  /** A line about what is going on, for people; never on stdout with --json. */
  readonly say: (zh: string, en: string) => void;
}

/** One table for people: a head and rows. */
export interface BenchTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** What a file `<name>.bench.ts` exports. */
export interface Bench {
  /** Used where the command line says nothing. */
  readonly defaults?: Partial<Pick<BenchOptions, 'people' | 'counties' | 'requests' | 'receipts' | 'runs'>>;
  /** Plain figures; printed as they are with --json. Throws a Refusal when there is nothing to compare. */
  run(options: BenchOptions): Promise<object>;
  /** The same for people; without it every figure is a line. */
  tables?(result: object): readonly BenchTable[];
}
