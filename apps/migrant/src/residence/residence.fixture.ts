import type {
  DivisionList,
  FeedPage,
  FoundPerson,
  PersonIdentity,
  RegisteredPerson,
  StatedIdentity,
} from '@app/contracts';
import type { Database } from '@app/database';
import { Outbox } from '@app/jobs';
import { checkCharacter, day, type PartialDay } from '@app/kernel';
import { createTestDatabase, TestClock, type TestDatabase } from '@app/testing';
import { Vault } from '@app/vault';
import { LookupService } from '../resident/lookup.service';
import { ResidentRepository } from '../resident/resident.repository';
import { ResidentService } from '../resident/resident.service';
import type { NamedPerson } from '../resident/resident.types';
import { NoticeReaderService } from './notice-reader.service';
import { PermitImportService } from './permit-import.service';
import { ResidenceRepository } from './residence.repository';
import { ResidenceService } from './residence.service';
import { ResidenceViewService } from './residence-view.service';
import { ResidentFeedService } from './resident-feed.service';
import type { NewNotice } from './residence.types';

export const [A, B, C, X] = ['340202001001', '340202001002', '340202002001', '420102003007'] as const;

/** A valid number of nobody. */
export function numberOf(born: string, sequence: number): string {
  const digits = `340202${born.replaceAll('-', '')}${String(sequence).padStart(3, '0')}`;
  return digits + checkCharacter(digits);
}

/** Registration as this app sees it: a feed, who is who, and which division followed which. */
export class FakeRegister {
  readonly persons: RegisteredPerson[] = [];
  readonly identities = new Map<string, FoundPerson>();
  list: DivisionList = { successions: [], counties: [] };

  page(after: string): Promise<FeedPage> {
    const from = after === '' ? 0 : Number(after);
    const persons = this.persons.slice(from);
    return Promise.resolve({ persons, next: String(this.persons.length), caughtUp: true });
  }

  identify(): Promise<readonly PersonIdentity[]> {
    return Promise.resolve([]);
  }

  find({ name, idNumber }: StatedIdentity): Promise<FoundPerson | null> {
    return Promise.resolve(this.identities.get(`${name}/${idNumber}`) ?? null);
  }

  all(): Promise<DivisionList> {
    return Promise.resolve(this.list);
  }
}

export interface ResidenceWorld {
  readonly test: TestDatabase;
  readonly database: Database;
  readonly clock: TestClock;
  readonly vault: Vault;
  readonly register: FakeRegister;
  readonly residents: ResidentService;
  readonly residences: ResidenceService;
  readonly views: ResidenceViewService;
  readonly permits: PermitImportService;
  readonly feed: ResidentFeedService;
}

export async function openResidences(): Promise<ResidenceWorld> {
  const test = await createTestDatabase();
  const database = await test.open('migrant');
  const [clock, vault, register] = [new TestClock('2026-06-01'), new Vault(Buffer.alloc(32, 7)), new FakeRegister()];
  const [people, periods] = [new ResidentRepository(), new ResidenceRepository()];
  const residents = new ResidentService(database, vault, people, new LookupService(database, clock, vault, people));
  const residences = new ResidenceService(database, new Outbox('migrant'), clock, residents, periods);
  return {
    test,
    database,
    clock,
    vault,
    register,
    residents,
    residences,
    views: new ResidenceViewService(database, clock, residents, periods),
    permits: new PermitImportService(residences, new NoticeReaderService()),
    feed: new ResidentFeedService(database, clock, register, register, register, residents, residences, periods),
  };
}

export const named = (sequence = 1, more: Partial<NamedPerson> = {}): NamedPerson => ({
  name: '王芳',
  sex: 2,
  born: day('1990-05-06'),
  idType: '111',
  idNumber: numberOf('1990-05-06', sequence),
  personId: null,
  ...more,
});

export const stay = (placeCode: string, starts: string, more: Partial<NewNotice> = {}): NewNotice => ({
  source: 'own',
  reference: `${placeCode}-${starts}-${more.ends ?? ''}-${more.basis ?? ''}`,
  kind: 'stay',
  placeCode,
  cameFrom: null,
  starts: starts as PartialDay,
  ends: null,
  basis: 'declared',
  sourceRef: null,
  ...more,
});

/** Somebody as the feed tells of them. */
export const registered = (id: string, more: Partial<RegisteredPerson> = {}): RegisteredPerson => ({
  id,
  idNumberKey: null,
  idNumberMask: null,
  idType: '111',
  birthCertificateKey: null,
  sex: 2,
  born: day('1990-05-06'),
  died: null,
  status: 0,
  householdId: null,
  householdType: null,
  relationToHead: null,
  divisionCode: X,
  fatherId: null,
  motherId: null,
  fatherIdNumberKey: null,
  motherIdNumberKey: null,
  maritalStatus: null,
  movedInOn: null,
  movedOutOn: null,
  updatedAt: '2026-01-05T00:00:00Z',
  idNumberShared: false,
  mergedInto: null,
  ...more,
});
