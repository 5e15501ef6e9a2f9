import * as fs from 'node:fs';
import * as path from 'node:path';
import { checkCharacter, type Clock } from '@app/kernel';
import type {
  BatchLine,
  EventPage,
  HouseholdRegistry,
  RegistryQuestion,
} from '../../exchange/src/household-registry/household-registry.types';
import { MinistryRegistry } from '../../exchange/src/household-registry/ministry.client';
import {
  openRegistry,
  type RegistryConnection,
} from '../../exchange/src/household-registry/registry-connection.client';
import { personsOf } from '../../simulator/src/registry/population.service';
import { SimulatedRegistry } from '../../simulator/src/registry/registry.simulator';
import type { Config } from './config';

/** What a machine of a demonstration keeps in memory; people beyond are unknown to the registry. */
const PEOPLE_MAX = 100_000;
const NOBODY = '99010119800101000';

interface Opened {
  readonly simulated: SimulatedRegistry;
  readonly ministry: MinistryRegistry;
}

/** The demo's household registry: a simulated one that knows the demo county, started when it is first asked. */
class DemoRegistry implements HouseholdRegistry {
  private opened: Promise<Opened> | undefined;

  constructor(
    private readonly file: string,
    private readonly clock: Clock,
  ) {}

  async verify(question: RegistryQuestion, person: { idNumber: string; name: string }, signal: AbortSignal) {
    return (await this.open()).ministry.verify(question, person, signal);
  }

  async query(question: RegistryQuestion, person: { idNumber: string; name: string | null }, signal: AbortSignal) {
    return (await this.open()).ministry.query(question, person, signal);
  }

  async submitBatch(question: RegistryQuestion, lines: readonly BatchLine[], signal: AbortSignal): Promise<void> {
    return (await this.open()).ministry.submitBatch(question, lines, signal);
  }

  async fetchBatch(requestId: string, signal: AbortSignal) {
    return (await this.open()).ministry.fetchBatch(requestId, signal);
  }

  /** Nothing happens in the demo county by itself. */
  events(after: string): Promise<EventPage> {
    return Promise.resolve({ events: [], next: after, caughtUp: true });
  }

  async close(): Promise<void> {
    const opened = await this.opened?.catch(() => undefined);
    await opened?.ministry.close();
    await opened?.simulated.close();
  }

  private open(): Promise<Opened> {
    return (this.opened ??= this.start());
  }

  private async start(): Promise<Opened> {
    const { clock } = this;
    const simulated = await SimulatedRegistry.open({ port: 0, clock, bodyDigest: 'sm3' });
    let people = 0;
    if (fs.existsSync(this.file)) {
      for await (const person of personsOf(this.file)) {
        if (++people > PEOPLE_MAX) break;
        simulated.add([person]);
      }
    }
    const ministry = new MinistryRegistry({
      ...simulated.ministryAccess,
      clock,
      bodyDigest: 'sm3',
      ministry: { code: '340202', name: '示例县' },
      system: { code: 'yangyu', name: '养育' },
      nominated: {
        clerk: { idNumber: NOBODY + checkCharacter(NOBODY), name: '示例经办' },
        unit: { code: '340202WJ', name: '示例县卫生健康委员会' },
        purpose: 'DJWH',
        legalBasis: '政务数据共享条例',
      },
    });
    return { simulated, ministry };
  }
}

/** How this installation speaks to the household registry: as it is set, else, in the demo, to a simulated one. */
export function openHousehold(
  { registry, isProduction, dataFolder }: Pick<Config, 'registry' | 'isProduction' | 'dataFolder'>,
  clock: Clock,
): RegistryConnection {
  if (registry.kind !== 'none' || isProduction) return openRegistry(registry, clock);
  const demo = new DemoRegistry(path.join(dataFolder, 'demo', 'county', 'registry.csv'), clock);
  return { registry: demo, callbacks: null, close: () => demo.close() };
}
