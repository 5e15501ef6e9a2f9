import { Refusal } from '@app/kernel';
import { openRejects, readTable } from '@app/tables';
import { Injectable } from '@nestjs/common';
import { rejectionOf } from './residence.errors';
import { NoticeReaderService } from './notice-reader.service';
import { ResidenceService } from './residence.service';
import type { Noted, PermitSummary } from './residence.types';

const COLUMNS = {
  required: ['notice_no', 'name', 'id_number', 'place_code', 'from'],
  optional: ['until', 'came_from', 'origin_code', 'permit_no'],
} as const;

/** A notice of the residence-permit authority, as its file or its system gives it. */
export interface PermitNotice {
  readonly noticeNo: string;
  readonly name: string;
  readonly idNumber: string;
  readonly placeCode: string;
  readonly from: string;
  readonly until?: string | null;
  readonly cameFrom?: string | null;
  readonly originCode?: string | null;
  readonly permitNo?: string | null;
}

/** What the residence-permit authority tells, notice by notice or as a file: each line goes in or not by itself. */
@Injectable()
export class PermitImportService {
  constructor(
    private readonly residences: ResidenceService,
    private readonly reader: NoticeReaderService,
  ) {}

  note(permit: PermitNotice): Promise<Noted> {
    const { notice, origin } = this.reader.read(
      { ...permit, reference: permit.noticeNo },
      { source: 'permit', basis: 'agency', sourceRef: permit.permitNo ?? null },
    );
    return this.residences.note(this.reader.named(permit), notice, origin);
  }

  /** The same file again changes nothing, and what a killed import has not reached yet goes in then. */
  async import(file: string, options: { rejectsFile?: string } = {}): Promise<PermitSummary> {
    const table = await readTable(file, { required: [...COLUMNS.required], optional: [...COLUMNS.optional] });
    const counts = { total: 0, accepted: 0, unchanged: 0, rejected: 0 };
    const perCode: Record<string, number> = {};
    const rejects = options.rejectsFile ? await openRejects(options.rejectsFile, 'notice_no') : undefined;
    for await (const { lines } of table.batches()) {
      for (const line of lines) {
        counts.total += 1;
        const outcome = 'problem' in line ? ('PERMIT_UNREADABLE' as const) : await this.take(line.cells);
        if (typeof outcome === 'object' && 'isNew' in outcome) {
          counts[outcome.isNew ? 'accepted' : 'unchanged'] += 1;
          continue;
        }
        const { code, sentence } = rejectionOf(line.line, outcome);
        counts.rejected += 1;
        perCode[code] = (perCode[code] ?? 0) + 1;
        const key = 'cells' in line ? (line.cells.notice_no ?? null) : null;
        await rejects?.add([{ line: line.line, column: '', code, sentence, key, further: [] }]);
      }
    }
    await rejects?.close();
    return { ...counts, perCode };
  }

  private async take(cells: Readonly<Record<string, string | undefined>>): Promise<Noted | Refusal> {
    try {
      return await this.note({
        noticeNo: cells.notice_no ?? '',
        name: cells.name ?? '',
        idNumber: cells.id_number ?? '',
        placeCode: cells.place_code ?? '',
        from: cells.from ?? '',
        until: cells.until,
        cameFrom: cells.came_from,
        originCode: cells.origin_code,
        permitNo: cells.permit_no,
      });
    } catch (error) {
      if (error instanceof Refusal) return error;
      throw error;
    }
  }
}
