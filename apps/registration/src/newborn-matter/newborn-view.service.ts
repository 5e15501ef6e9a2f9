import type { Database } from '@app/database';
import { CLOCK, type Clock, type DivisionCode } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { REGISTRATION_DATABASE } from '../registration.tokens';
import { NewbornMatterRepository } from './newborn-matter.repository';
import { itemsOf } from './newborn-matter.rules';
import type {
  ChannelRow,
  ItemRow,
  MatterView,
  ParentView,
  SubCaseEventView,
  SubCaseView,
} from './newborn-matter.types';
import { NewbornViewRepository } from './newborn-view.repository';

/** Looking at newborn matters, a set at a time. */
@Injectable()
export class NewbornViewService {
  constructor(
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly views: NewbornViewRepository,
    private readonly matters: NewbornMatterRepository,
  ) {}

  byIds(ids: readonly string[]): Promise<MatterView[]> {
    return this.database.read((read) => this.views.matters(read, ids));
  }

  async byCaseNo(caseNo: string): Promise<MatterView | null> {
    const [found] = await this.database.read((read) => this.views.byCaseNo(read, caseNo.trim().toUpperCase()));
    return found ?? null;
  }

  list(prefix: string, after: readonly string[] | undefined, limit: number): Promise<MatterView[]> {
    return this.database.read((read) => this.views.list(read, prefix, after, limit));
  }

  /** All matters that a citizen may see: as a parent named in them, or of their child. */
  ofFamily(): Promise<MatterView[]> {
    return this.database.read((read) => this.views.all(read));
  }

  parents(matterIds: readonly string[]): Promise<ParentView[]> {
    return this.database.read((read) => this.views.parents(read, matterIds));
  }

  subCases(matterIds: readonly string[]): Promise<SubCaseView[]> {
    return this.database.read((read) => this.views.subCases(read, matterIds, this.clock.today()));
  }

  subCasesByIds(ids: readonly string[]): Promise<SubCaseView[]> {
    return this.database.read((read) => this.views.subCasesByIds(read, ids, this.clock.today()));
  }

  events(subCaseIds: readonly string[]): Promise<SubCaseEventView[]> {
    return this.database.read((read) => this.views.events(read, subCaseIds));
  }

  worklist(
    filter: { prefix: string; authority: string | null; isOverdue: boolean },
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<SubCaseView[]> {
    const today = this.clock.today();
    return this.database.read((read) => this.views.worklist(read, { ...filter, today }, after, limit));
  }

  /** What a place offers today, and for whom its joint channel is. */
  offer(division: DivisionCode): Promise<{ items: ItemRow[]; channel: ChannelRow | null }> {
    const today = this.clock.today();
    return this.database.read(async (read) => ({
      items: itemsOf(await this.matters.itemRows(read, division, today)),
      channel: (await this.matters.channelRow(read, division, today)) ?? null,
    }));
  }
}
