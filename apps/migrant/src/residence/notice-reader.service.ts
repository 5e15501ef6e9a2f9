import { type Caller, covers } from '@app/access';
import { type DivisionCode, parseCitizenId } from '@app/kernel';
import { Injectable } from '@nestjs/common';
import type { NamedPerson, StatedOrigin } from '../resident/resident.types';
import { findPlace, findStatedDay } from './notice.rules';
import { refuse } from './residence.errors';
import type { Evidence } from './residence.service';
import type { NewNotice, NoticeSource, ResidenceBasis, StatedDay } from './residence.types';

/** A stay as somebody writes it down. */
export interface WrittenStay {
  readonly reference: string;
  readonly placeCode: string;
  readonly from: string;
  readonly until?: string | null;
  readonly cameFrom?: string | null;
  readonly originCode?: string | null;
}

interface Saying {
  readonly source: NoticeSource;
  readonly basis: ResidenceBasis;
  readonly sourceRef: string | null;
}

/** What people write, as notices: days, places, references and papers that can be read, or a refusal. */
@Injectable()
export class NoticeReaderService {
  read(written: WrittenStay, saying: Saying): { notice: NewNotice; origin: StatedOrigin | null } {
    const { cameFrom, originCode, until } = written;
    const notice: NewNotice = {
      ...saying,
      sourceRef: this.sourceRef(saying.sourceRef),
      reference: this.reference(written.reference),
      kind: 'stay',
      placeCode: this.place(written.placeCode),
      cameFrom: cameFrom ? this.place(cameFrom) : null,
      starts: this.day(written.from),
      ends: until ? this.day(until) : null,
    };
    const { basis, sourceRef } = notice;
    const origin = originCode ? { divisionCode: this.place(originCode), from: null, basis, sourceRef } : null;
    return { notice, origin };
  }

  /** Somebody by name and citizen number; sex and day of birth are what the number says. */
  named({ name, idNumber }: { readonly name: string; readonly idNumber: string }): NamedPerson {
    const parsed = parseCitizenId(idNumber);
    const [sex, born] = typeof parsed === 'string' ? [9 as const, null] : [parsed.sex, parsed.birthDate];
    return { name, sex, born, idType: '111', idNumber, personId: null };
  }

  /** On what an officer or a citizen acts. A citizen's word is a declaration, whatever they say. */
  evidence(caller: Caller, given: { reference: string; basis?: string | null; sourceRef?: string | null }): Evidence {
    const basis = given.basis === 'DOCUMENT' && !caller.roles.includes('citizen') ? 'document' : 'declared';
    const sourceRef = this.sourceRef(given.sourceRef ?? null);
    if (basis === 'document' && (sourceRef === null || [...sourceRef].length < 2)) throw refuse.paperUnnamed();
    return { reference: this.reference(given.reference), basis, sourceRef };
  }

  /** Refuses an officer who would take a notice for another place. */
  assertTakes(caller: Caller, placeCode: string): void {
    if (caller.roles.includes('citizen')) return;
    if (!covers(caller, placeCode as DivisionCode)) throw refuse.outsideDivision(placeCode);
  }

  day(text: string): StatedDay {
    const at = findStatedDay(text);
    if (!at) throw refuse.dayUnreadable(text.slice(0, 40));
    return at;
  }

  place(text: string): string {
    const code = findPlace(text);
    if (!code) throw refuse.placeUnreadable(text.slice(0, 40));
    return code;
  }

  private reference(text: string): string {
    const reference = text.trim();
    if (reference === '' || reference.length > 120) throw refuse.referenceUnusable();
    return reference;
  }

  private sourceRef(text: string | null): string | null {
    const words = text?.trim() ?? '';
    if (words.length > 120) throw refuse.paperUnnamed();
    return words === '' ? null : words;
  }
}
