import { createReadStream } from 'node:fs';
import { type Clock, dayInChina, normaliseIdNumber, parseCitizenId } from '@app/kernel';
import { parse } from 'csv-parse';
import type { BookedEvent, NewEvent, RegistryOptions, RegistryPerson } from './registry.types';

/** The registry's book: who is in it, what happened to them, and how much more it may be asked today. */
export class Population {
  private readonly people = new Map<string, RegistryPerson>();
  private readonly byNumber = new Map<string, Set<string>>();
  private readonly log: BookedEvent[] = [];
  private held: BookedEvent[] = [];
  private serial = 0;
  private askedOn = '';
  private asked = 0;

  constructor(
    private readonly clock: Clock,
    private readonly options: Pick<RegistryOptions, 'quota' | 'hours'>,
  ) {}

  /** Of the same registry id again: the person as they are now. */
  add(persons: Iterable<RegistryPerson>): void {
    for (const person of persons) {
      this.remove(person.registryPersonId);
      this.people.set(person.registryPersonId, person);
      if (person.idNumber) this.holdersOf(person.idNumber).add(person.registryPersonId);
    }
  }

  find(idNumber: string): RegistryPerson[] {
    return [...(this.byNumber.get(fold(idNumber)) ?? [])].map((id) => this.people.get(id)!);
  }

  /** Somebody with another number: whom a registry would mix them up with. */
  someoneElse(idNumber: string): RegistryPerson | undefined {
    for (const person of this.people.values())
      if (person.idNumber && fold(person.idNumber) !== fold(idNumber)) return person;
    return undefined;
  }

  /** Changes the book and enters the event into the feed; a late one is entered only when it is released. */
  enter(event: NewEvent, how: { readonly isLate?: boolean; readonly isTwice?: boolean }): BookedEvent {
    const happenedAt = event.happenedAt ?? this.clock.now().toISOString();
    const booked = { ...event, happenedAt, eventId: `E${String(++this.serial).padStart(10, '0')}` };
    if (event.mergedRegistryPersonId) this.remove(event.mergedRegistryPersonId);
    this.add([event.person]);
    if (how.isLate) this.held.push(booked);
    else this.log.push(booked, ...(how.isTwice ? [booked] : []));
    return booked;
  }

  /** Late events come to light, the last to happen first. */
  release(): BookedEvent[] {
    const released = this.held.reverse();
    this.held = [];
    this.log.push(...released);
    return released;
  }

  /** Events behind a place in the feed, and the place behind each. */
  eventsAfter(after: string): { readonly event: BookedEvent; readonly place: string }[] {
    const from = /^\d{1,12}$/.test(after) ? Number(after) : 0;
    return this.log.slice(from).map((event, i) => ({ event, place: String(from + i + 1) }));
  }

  isOpen(): boolean {
    const { hours } = this.options;
    if (!hours) return true;
    const inChina = new Date(this.clock.now().getTime() + 8 * 3_600_000);
    const [weekday, hour] = [inChina.getUTCDay(), inChina.getUTCHours()];
    return weekday >= 1 && weekday <= 5 && hour >= hours.from && hour < hours.to;
  }

  /** Counts questions of the day; false when there are none left. */
  mayAsk(count = 1): boolean {
    const today = dayInChina(this.clock.now());
    if (today !== this.askedOn) [this.askedOn, this.asked] = [today, 0];
    this.asked += count;
    return this.asked <= (this.options.quota ?? Infinity);
  }

  /** When a batch that comes now is answered: at six o'clock in China on the next day. */
  nextMorning(): number {
    const inChina = this.clock.now().getTime() + 8 * 3_600_000;
    return (Math.floor(inChina / 86_400_000) + 1) * 86_400_000 - 2 * 3_600_000;
  }

  private remove(id: string): void {
    const before = this.people.get(id);
    if (before?.idNumber) this.byNumber.get(fold(before.idNumber))?.delete(id);
    this.people.delete(id);
  }

  private holdersOf(idNumber: string): Set<string> {
    const holders = this.byNumber.get(fold(idNumber)) ?? new Set<string>();
    this.byNumber.set(fold(idNumber), holders);
    return holders;
  }
}

function fold(idNumber: string): string {
  const parsed = parseCitizenId(idNumber);
  return typeof parsed === 'string' ? normaliseIdNumber(idNumber) : parsed.number;
}

/** The people of a made-up county's registry.csv. */
export async function* personsOf(file: string): AsyncGenerator<RegistryPerson> {
  const rows = createReadStream(file).pipe(parse({ columns: true, bom: true }));
  for await (const row of rows as AsyncIterable<Record<string, string>>) yield personOfRow(row);
}

function personOfRow(row: Readonly<Record<string, string>>): RegistryPerson {
  const told = (name: string): string | null => row[name] || null;
  return {
    registryPersonId: row.registry_person_id!,
    name: row.name!,
    idNumber: told('id_number'),
    sex: Number(row.sex) as RegistryPerson['sex'],
    ethnicity: told('ethnicity'),
    born: told('birth_date'),
    died: told('death_date'),
    status: Number(row.status) as RegistryPerson['status'],
    householdNo: told('household_no'),
    relationToHead: told('relation_to_head'),
    householdType: told('household_type') as RegistryPerson['householdType'],
    divisionCode: told('division_code'),
    address: told('address'),
    fatherNumber: told('father_id_number'),
    motherNumber: told('mother_id_number'),
    birthCertificateNo: told('birth_certificate_no'),
    maritalStatus: told('marital_status'),
    movedInOn: told('moved_in_on'),
    movedOutOn: told('moved_out_on'),
    updatedAt: row.updated_at!,
  };
}
