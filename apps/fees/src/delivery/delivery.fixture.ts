import { inContext, systemContext, type WorkContext } from '@app/database';
import { Vault } from '@app/vault';
import type { CountyWorld } from '../../../../test/support/county-world';
import { FEES_DATABASE } from '../fees.tokens';
import { LetterService } from '../letter/letter.service';
import type { LetterKind } from '../letter/letter.types';
import type { Database, Tx } from '@app/database';

const COUNTY = '340202000000';
export const ELSEWHERE = '340203000000';
/** A number of nobody: the county is real, the rest is made up. */
const NUMBER = '340202199003077721';

export const feesOf = (world: CountyWorld): Database => world.app.get<Database>(FEES_DATABASE, { strict: false });
export const keyOf = (world: CountyWorld, number = NUMBER): Buffer => world.get(Vault).blindIndex('id-number', number);

/** An officer of the county, or of another. */
export const officer = <T>(actor: string, work: () => Promise<T>, division = '340202'): Promise<T> =>
  inContext(systemContext('test', { actor, division }), work);

/** Somebody in their own matters. */
export const citizen = <T>(world: CountyWorld, work: () => Promise<T>, number = NUMBER): Promise<T> => {
  const family: WorkContext['family'] = { key: keyOf(world, number).toString('hex'), persons: [] };
  return inContext(systemContext('test', { actor: 'citizen', division: undefined, family }), work);
};

/** A letter of the county about a matter. */
export const writeLetter = (
  world: CountyWorld,
  {
    matterId,
    kind = 'remedy-decision',
    division = COUNTY,
    number = NUMBER,
  }: { matterId: string; kind?: LetterKind; division?: string; number?: string | null },
  also: (tx: Tx, letterId: string) => Promise<unknown> = () => Promise.resolve(),
): Promise<string> =>
  officer(
    'writer',
    () =>
      feesOf(world).write(async (tx) => {
        const id = await world.get(LetterService).make(tx, {
          kind,
          aboutId: matterId,
          divisionCode: division,
          officeName: '示例区卫生健康局',
          recipient: { name: '张示例', key: number === null ? null : keyOf(world, number) },
          title: '追回决定书',
          titleEn: 'Decision',
          lines: [],
          paragraphs: ['应返还多领的补贴。'],
          small: null,
        });
        await also(tx, id);
        return id;
      }),
    division.slice(0, 6),
  );
