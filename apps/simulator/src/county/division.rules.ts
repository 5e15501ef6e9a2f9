/** 340202 stands for a made-up county, and the nine codes after it for its neighbours; names of places are made up as well. */
export const COUNTY = '340202';
export const LAST_COUNTY = '340211';

/** How many made-up counties come before this one: what must differ between them is counted from there. */
export const turnOf = (county: string): number => Number(county) - Number(COUNTY);

export interface Division {
  /** Twelve digits. */
  readonly code: string;
  readonly name: string;
  readonly level: 'province' | 'city' | 'county' | 'township' | 'village';
  readonly parent: string;
}

export interface Village extends Division {
  readonly townshipName: string;
  /** A neighbourhood (居委会) or a village (村委会). */
  readonly urban: boolean;
}

const PEOPLE_PER_TOWNSHIP = 25_000;
const PEOPLE_PER_VILLAGE = 1_250;
/** 镇 100–199 and 乡 200–399. */
const MOST_TOWNSHIPS = 300;

const FIRST = [...'清石柳青白龙永太新长安东西南北金玉双大高'];
const SECOND = [...'河桥林山云泉安平丰乐塘湾岭坪溪'];
const VILLAGE_FIRST = [...'红向前光胜春兴和福荷杏梅松竹桃李枫桂莲槐'];
const VILLAGE_SECOND = [...'星阳进明利耕旺睦庄塘园岗坝湖井'];

/** Townships and villages for so many people; each village stands for about 1,250. */
export function planDivisions(
  people: number,
  countyDigits: string = COUNTY,
): { divisions: Division[]; villages: Village[] } {
  const townships = Math.min(MOST_TOWNSHIPS, Math.max(4, Math.round(people / PEOPLE_PER_TOWNSHIP)));
  const perTownship = Math.min(200, Math.max(1, Math.round(people / townships / PEOPLE_PER_VILLAGE)));
  const county = `${countyDigits}000000`;
  const divisions: Division[] = [
    { code: '340000000000', name: '示例省', level: 'province', parent: '' },
    { code: '340200000000', name: '示例市', level: 'city', parent: '340000000000' },
    { code: county, name: '示例县', level: 'county', parent: '340200000000' },
  ];
  const villages: Village[] = [];
  for (let t = 0; t < townships; t++) {
    const prefix = `${countyDigits}${100 + t}`;
    const townshipName = FIRST[t % 20]! + SECOND[Math.floor(t / 20) % 15]! + (t < 100 ? '镇' : '乡');
    divisions.push({ code: `${prefix}000`, name: townshipName, level: 'township', parent: county });
    const neighbourhoods = Math.round(perTownship * (t === 0 ? 0.75 : 0.25)); // The first is the county seat.
    for (let v = 0; v < perTownship; v++) {
      const urban = v < neighbourhoods;
      const number = urban ? 1 + v : 200 + v - neighbourhoods;
      const name = VILLAGE_FIRST[v % 20]! + VILLAGE_SECOND[(Math.floor(v / 20) + t) % 15]!;
      const village: Village = {
        code: prefix + String(number).padStart(3, '0'),
        name: name + (urban ? '社区居委会' : '村委会'),
        level: 'village',
        parent: `${prefix}000`,
        townshipName,
        urban,
      };
      divisions.push(village);
      villages.push(village);
    }
  }
  return { divisions, villages };
}
