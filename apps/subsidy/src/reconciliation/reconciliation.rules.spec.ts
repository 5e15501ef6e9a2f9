import fc from 'fast-check';
import { type BankWord, joinedState } from './reconciliation.rules';

const say = (status: BankWord['status'], bankRef = 'B1', rawCode?: string): BankWord => ({ status, bankRef, rawCode });

describe('what all words of the bank say together', () => {
  it.each<[string, BankWord[], ReturnType<typeof joinedState>]>([
    ['nothing at all', [], undefined],
    ['pending promises nothing', [say('PENDING')], undefined],
    ['accepted is not yet paid', [say('PENDING'), say('ACCEPTED')], 'ACCEPTED'],
    ['settled is paid', [say('ACCEPTED'), say('SETTLED')], 'SETTLED'],
    ['a late "accepted" takes nothing back', [say('SETTLED'), say('ACCEPTED'), say('PENDING')], 'SETTLED'],
    ['rejected is not paid', [say('ACCEPTED'), say('REJECTED')], 'REJECTED'],
    ['money may come back after it was paid', [say('SETTLED'), say('RETURNED')], 'RETURNED'],
    ['nothing undoes a return', [say('RETURNED'), say('SETTLED'), say('SETTLED')], 'RETURNED'],
    ['rejected and returned is back', [say('REJECTED'), say('RETURNED')], 'RETURNED'],
    ['settled and rejected cannot both be', [say('REJECTED'), say('SETTLED', 'B2')], 'IN_DOUBT'],
    ['a return settles that question', [say('REJECTED'), say('SETTLED'), say('RETURNED')], 'RETURNED'],
    ['credited under two references is in doubt', [say('SETTLED', 'B1'), say('SETTLED', 'B2')], 'IN_DOUBT'],
    ['even if one of them came back', [say('SETTLED', 'B1'), say('SETTLED', 'B2'), say('RETURNED', 'B2')], 'IN_DOUBT'],
    ['"I have that already" says nothing', [say('REJECTED', 'E1', 'DUPL')], undefined],
    ['"I have that already" does not contradict', [say('SETTLED'), say('REJECTED', 'E1', 'DUPL')], 'SETTLED'],
  ])('%s', (_, words, state) => {
    expect(joinedState(words)).toBe(state);
  });

  it('lets a person decide only where the bank contradicted itself', () => {
    expect(joinedState([say('SETTLED'), say('REJECTED')], 'REJECTED')).toBe('REJECTED');
    expect(joinedState([say('SETTLED')], 'REJECTED')).toBe('SETTLED');
    expect(joinedState([say('SETTLED'), say('REJECTED'), say('RETURNED')], 'SETTLED')).toBe('RETURNED');
  });

  it('is the same in every order and with every repetition (T19)', () => {
    const word = fc.record({
      status: fc.constantFrom<BankWord['status']>('PENDING', 'ACCEPTED', 'SETTLED', 'REJECTED', 'RETURNED'),
      bankRef: fc.constantFrom('B1', 'B2'),
      rawCode: fc.constantFrom(undefined, 'AC04', 'DUPL'),
    });
    const shuffled = fc
      .array(word, { maxLength: 6 })
      .chain((words) =>
        fc.tuple(
          fc.constant(words),
          fc.shuffledSubarray([...words, ...words], { minLength: words.length * 2, maxLength: words.length * 2 }),
        ),
      );
    fc.assert(
      fc.property(shuffled, ([words, again]) => joinedState(words) === joinedState(again)),
      { numRuns: 20_000 },
    );
  });
});
