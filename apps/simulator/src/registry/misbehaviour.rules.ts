import { chance } from '../bank/bank.rules';
import type { Desk, Misbehaviour, MisbehaviourKind } from './registry.types';

/** Things that are done to the bytes on their way, whatever they say. */
const ON_THE_WAY = new Set<MisbehaviourKind>([
  'status-500',
  'status-503',
  'status-429',
  'time-out',
  'slow-loris',
  'reset',
  'html',
  'huge',
  'wrong-content-type',
]);

export const isOnTheWay = ({ kind }: Misbehaviour): boolean => ON_THE_WAY.has(kind);

/** What the registry does wrong: each of its calls draws from this list, the first that falls on it wins. */
export class Misbehaviours {
  private list: { readonly one: Misbehaviour; left: number }[] = [];
  private calls = 0;

  constructor(private readonly seed: number) {}

  set(list: readonly Misbehaviour[]): void {
    this.list = list.map((one) => ({ one, left: one.times ?? Infinity }));
  }

  draw(desk: Desk): Misbehaviour | undefined {
    this.calls++;
    const found = this.list.find(({ one, left }) => {
      const isHere = one.on ? one.on.includes(desk) : desk !== 'keys';
      return isHere && left > 0 && chance(this.seed, one.kind, String(this.calls)) < (one.share ?? 1);
    });
    if (found) found.left--;
    return found?.one;
  }
}
