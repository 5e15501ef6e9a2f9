import { Gate } from './gate';

const pause = () => new Promise((resolve) => setTimeout(resolve, 2));

describe('the gate', () => {
  it('lets many in at a time, but nobody beside one who has to be alone, and nobody overtakes', async () => {
    const gate = new Gate();
    const story: string[] = [];
    let inside = 0;
    let most = 0;
    const visit = (name: string, isAlone: boolean) =>
      gate.pass(isAlone, async () => {
        most = Math.max(most, ++inside);
        if (isAlone) expect(inside).toBe(1);
        story.push(name);
        await pause();
        if (isAlone) expect(inside).toBe(1);
        inside -= 1;
      });
    await Promise.all([visit('a', false), visit('b', false), visit('C', true), visit('d', false), visit('E', true)]);
    expect(story).toEqual(['a', 'b', 'C', 'd', 'E']);
    expect(most).toBe(2);
  });

  it('opens again after somebody failed inside', async () => {
    const gate = new Gate();
    await expect(gate.pass(true, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(gate.pass(false, () => Promise.resolve('in'))).resolves.toBe('in');
  });
});
