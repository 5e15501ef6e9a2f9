/** One reading of a file, as far as it got. */
export interface ImportBatch {
  readonly id: string;
  readonly fileName: string;
  /** Hex. */
  readonly fileSha256: string;
  readonly encoding: string;
  readonly unknownColumns: readonly string[];
  readonly state: 'reading' | 'done';
  /** The first line that is not committed yet. */
  readonly nextLine: number;
  readonly total: number;
  readonly accepted: number;
  readonly unchanged: number;
  readonly rejected: number;
  readonly warnings: number;
  /** Transaction id as text; every change of the batch has this one or a later. */
  readonly firstXid: string;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
}

/** How far an import got; sent after every committed chunk. */
export interface ImportProgress {
  /** Lines of the file that are done, of all its lines; the header counts. */
  readonly linesDone: number;
  readonly lineCount: number;
  readonly total: number;
  readonly accepted: number;
  readonly unchanged: number;
  readonly rejected: number;
}

export interface ImportOptions {
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Where to write the rows that did not go in (CSV); written whole at the end, also of a resumed import. */
  readonly rejectsFile?: string;
  /** Where to write remarks about the rows that did. */
  readonly warningsFile?: string;
  /** Rows a transaction; default 5 000, which bounds memory and costs nothing measurable against 20 000. */
  readonly chunkRows?: number;
}

/** What became of a file: `total = accepted + unchanged + rejected`, always. */
export interface ImportSummary {
  readonly batchId: string;
  readonly encoding: string;
  /** Columns that an extract does not have; ignored. */
  readonly unknownColumns: readonly string[];
  readonly total: number;
  readonly accepted: number;
  readonly unchanged: number;
  readonly rejected: number;
  /** Remarks, of which a row may have several. */
  readonly warnings: number;
  readonly perCode: { readonly rejected: Record<string, number>; readonly warnings: Record<string, number> };
  /** The line at which an interrupted import went on; null when it began at the start. */
  readonly resumedAtLine: number | null;
}
