import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CsvFile } from './csv-file.service';
import {
  inFifteen,
  miswrite,
  numberElsewhere,
  type RegistryCells,
  SAME_PERSON,
  type SameKind,
  slipDay,
  swapDay,
  type TrapKind,
  TWO_PEOPLE,
  withOtherSeparator,
} from './duplicate.rules';
import { drawGivenName } from './name.rules';
import { Random } from './random.rules';
import { REGISTRY_COLUMNS } from './registry-row.rules';

const COLUMNS = REGISTRY_COLUMNS.split(',');
const SAME = Object.keys(SAME_PERSON) as SameKind[];
const TRAPS = Object.keys(TWO_PEOPLE) as TrapKind[];
/** Planted records hold their number in one sequence a day; a day has no more. */
const MOST_OF_A_DAY = 499;

export interface PlantedDuplicates {
  readonly same: number;
  readonly traps: number;
}

/**
 * Writes second records of people of a registry.csv (`duplicates.csv`, an extract like it) and people who look like
 * them and are not, with what is true of each (`duplicates-truth.csv`: first, second, kind, is_same).
 */
export async function writeDuplicates(options: {
  readonly registry: string;
  readonly folder: string;
  readonly seed: number;
  /** Of a thousand people so many get a second record, and as many a look-alike. */
  readonly perThousand: number;
}): Promise<PlantedDuplicates> {
  const random = new Random(options.seed, 7);
  const file = await CsvFile.create(join(options.folder, 'duplicates.csv'), REGISTRY_COLUMNS);
  const truth = await CsvFile.create(join(options.folder, 'duplicates-truth.csv'), 'first,second,kind,is_same');
  const planter = new Planter(random);
  const planted = { same: 0, traps: 0 };
  let serial = 0;
  try {
    let isHeader = true;
    for await (const line of createInterface({
      input: createReadStream(options.registry, 'utf8'),
      crlfDelay: Infinity,
    })) {
      if (isHeader) {
        isHeader = false;
        continue;
      }
      const draw = random.below(1000);
      if (draw >= 2 * options.perThousand) continue;
      const isSame = draw < options.perThousand;
      const values = line.split(',');
      const cells: RegistryCells = Object.fromEntries(COLUMNS.map((name, place) => [name, values[place] ?? '']));
      const made = isSame ? planter.second(cells) : planter.lookAlike(cells);
      if (!made) continue;
      serial += 1;
      const [kind, row] = made;
      const id = `${kind.startsWith('newborn') ? 'N' : 'D'}${String(serial).padStart(10, '0')}`;
      const second: RegistryCells = { ...row, registry_person_id: id };
      file.line(COLUMNS.map((name) => second[name]).join(','));
      truth.line(`${cells.registry_person_id},${id},${kind.replaceAll(',', ';')},${isSame ? 1 : 0}`);
      planted[isSame ? 'same' : 'traps'] += 1;
      await file.flush();
      await truth.flush();
    }
  } finally {
    await file.close();
    await truth.close();
  }
  return planted;
}

class Planter {
  private readonly ofDay = new Map<string, number>();
  private certificates = 0;

  constructor(private readonly random: Random) {}

  /** Another record of the same person, or nothing where that kind of error cannot happen to them. */
  second(cells: RegistryCells): [SameKind, RegistryCells] | undefined {
    const { random } = this;
    const kind = SAME[random.weighted(Object.values(SAME_PERSON))]!;
    if (!cells.id_number || cells.status !== '0') return undefined;
    const number = cells.id_number;
    const born = cells.birth_date!;
    const elsewhere = this.moved(cells);
    const bare = { ...elsewhere, id_type: '', id_number: '' };
    switch (kind) {
      case 'number kept, name miswritten':
        return [kind, { ...elsewhere, name: miswrite(random, cells.name!) }];
      case 'number in 15 digits':
        return number.length === 18 && number.slice(6, 8) === '19'
          ? [kind, { ...elsewhere, id_number: inFifteen(number) }]
          : undefined;
      case 'number missing':
        return [kind, bare];
      case 'number missing, separator another':
        return cells.name!.includes('·')
          ? [kind, { ...bare, name: withOtherSeparator(random, cells.name!) }]
          : undefined;
      case 'number missing, name miswritten':
        return [kind, { ...bare, name: miswrite(random, cells.name!) }];
      case 'number missing, day and month swapped': {
        const swapped = swapDay(born);
        return swapped && swapped < cells.updated_at!.slice(0, 10)
          ? [kind, { ...bare, birth_date: swapped }]
          : undefined;
      }
      case 'number missing, one part of the day wrong': {
        const slipped = slipDay(random, born);
        return slipped < cells.updated_at!.slice(0, 10) ? [kind, { ...bare, birth_date: slipped }] : undefined;
      }
      case 'newborn of the hospital, without number':
      case 'newborn without number or name':
      case 'newborn without number or certificate': {
        if (!cells.birth_certificate_no || !cells.mother_id_number) return undefined;
        const newborn = {
          ...bare,
          division_code: cells.division_code!,
          household_no: '',
          relation_to_head: '',
          moved_in_on: '',
          moved_out_on: '',
        };
        if (kind === 'newborn without number or name') return [kind, { ...newborn, name: '未取名' }];
        return [
          kind,
          kind === 'newborn without number or certificate' ? { ...newborn, birth_certificate_no: '' } : newborn,
        ];
      }
    }
  }

  /** Somebody else who has much in common with them. */
  lookAlike(cells: RegistryCells): [TrapKind, RegistryCells] | undefined {
    const { random } = this;
    const kind = TRAPS[random.weighted(Object.values(TWO_PEOPLE))]!;
    if (!cells.id_number || cells.status !== '0') return undefined;
    const born = cells.birth_date!;
    const sex = random.chance(700) ? cells.sex! : cells.sex === '1' ? '2' : '1';
    const [own, bare] = [
      { id_type: '111', id_number: this.number(born, sex) },
      { id_type: '', id_number: '' },
    ];
    const isTwin = kind.startsWith('twin');
    if (isTwin && !(cells.birth_certificate_no && cells.mother_id_number)) return undefined;
    const twin = { ...cells, sex, name: this.twinName(cells.name!, sex) };
    switch (kind) {
      case 'twin with an own number':
        return [kind, { ...twin, ...own, birth_certificate_no: this.certificate() }];
      case 'twin without a number, own certificate':
        return [kind, { ...twin, ...bare, birth_certificate_no: this.certificate() }];
      case 'twin newborn, no name, number or certificate':
        return [
          kind,
          { ...twin, ...bare, name: '未取名', birth_certificate_no: '', household_no: '', relation_to_head: '' },
        ];
      case 'stranger of the same name and day, own number':
        return [
          kind,
          { ...this.moved(cells), ...own, sex, birth_certificate_no: '', father_id_number: '', mother_id_number: '' },
        ];
      case 'stranger of the same name and day, no number, other parents':
        return [
          kind,
          {
            ...this.moved(cells),
            ...bare,
            birth_certificate_no: '',
            father_id_number: this.number('1950-01-01', '1'),
            mother_id_number: this.number('1951-01-01', '2'),
          },
        ];
    }
  }

  /** The same family name and often the same second character, as parents name twins. */
  private twinName(name: string, sex: string): string {
    const characters = [...name];
    const given = drawGivenName(this.random, sex === '1' ? 1 : 2);
    if (name.includes('·')) return `${given}${name.slice(name.indexOf('·'))}`;
    const isLike = characters.length === 3 && this.random.chance(600);
    const made = isLike ? characters[0]! + characters[1]! + [...given].at(-1)! : characters[0]! + given;
    return made === name ? `${made}二` : made;
  }

  /** Half of all second records are made in another village. */
  private moved(cells: RegistryCells): RegistryCells {
    const { random } = this;
    if (random.chance(500)) return cells;
    const code = cells.division_code!;
    return {
      ...cells,
      division_code: `${code.slice(0, 9)}${code.slice(9) === '201' ? '202' : '201'}`,
      household_no: '',
      relation_to_head: '',
    };
  }

  private number(born: string, sex: string): string {
    let day = born;
    let serial = (this.ofDay.get(day) ?? 0) + 1;
    while (serial > MOST_OF_A_DAY) {
      day = `${Number(day.slice(0, 4)) + 1}${day.slice(4)}`;
      serial = (this.ofDay.get(day) ?? 0) + 1;
    }
    this.ofDay.set(day, serial);
    return numberElsewhere(day, sex, serial);
  }

  private certificate(): string {
    this.certificates += 1;
    return `Z90${String(this.certificates).padStart(7, '0')}`;
  }
}
