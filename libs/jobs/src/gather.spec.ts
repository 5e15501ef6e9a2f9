import { Gather } from './gather';

const pause = () => new Promise((resolve) => setTimeout(resolve, 1));

describe('gathering', () => {
  it('does in one round what is asked for meanwhile, and answers each with its own', async () => {
    const rounds: number[][] = [];
    const gather = new Gather<number, number>(String, async (items) => {
      rounds.push([...items]);
      await pause();
      return items.map((item) => item * 2);
    });
    const first = [gather.ask(1), gather.ask(2)];
    await Promise.resolve();
    const second = [gather.ask(3), gather.ask(4), gather.ask(5)];
    expect(await Promise.all([...first, ...second])).toEqual([2, 4, 6, 8, 10]);
    expect(rounds).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
    expect(await gather.ask(6)).toBe(12);
  });

  it('leaves the second of two that ask for the same thing to the next round', async () => {
    const rounds: number[][] = [];
    const gather = new Gather<number, number>(String, (items) => {
      rounds.push([...items]);
      return Promise.resolve(items);
    });
    expect(await Promise.all([gather.ask(1), gather.ask(1)])).toEqual([1, 1]);
    expect(rounds).toEqual([[1], [1]]);
  });

  it('tells everybody of a round that failed, and goes on', async () => {
    let isBroken = true;
    const gather = new Gather<number, number>(String, (items) =>
      isBroken ? Promise.reject(new Error('no')) : Promise.resolve(items),
    );
    await expect(Promise.allSettled([gather.ask(1), gather.ask(2)])).resolves.toMatchObject([
      { status: 'rejected' },
      { status: 'rejected' },
    ]);
    isBroken = false;
    await expect(gather.ask(3)).resolves.toBe(3);
  });
});
