import { generateKeyPairSync } from 'node:crypto';
import { checkCharacter } from '@app/kernel';
import { TestClock } from '@app/testing';
import type { JWK } from 'jose';
import type {
  HouseholdRegistry,
  RegistryQuestion,
} from '../../apps/exchange/src/household-registry/household-registry.types';
import { RegistryFailure } from '../../apps/exchange/src/household-registry/household-registry.types';
import { MinistryRegistry } from '../../apps/exchange/src/household-registry/ministry.client';
import { SpdciRegistry } from '../../apps/exchange/src/household-registry/spdci.client';
import { SimulatedRegistry } from '../../apps/simulator/src/registry/registry.simulator';
import type { RegistryOptions, RegistryPerson } from '../../apps/simulator/src/registry/registry.types';

/** A number that nobody bears: the region does not exist. */
function numberOf(born: string, turn: number): string {
  const digits = `990101${born.replaceAll('-', '')}${String(turn).padStart(3, '0')}`;
  return digits + checkCharacter(digits);
}

let serial = 0;
export function person(over: Partial<RegistryPerson> = {}): RegistryPerson {
  const turn = ++serial;
  return {
    registryPersonId: `R${String(turn).padStart(10, '0')}`,
    name: '古丽·艾买提',
    idNumber: numberOf('1991-05-06', turn % 990),
    sex: turn % 2 === 1 ? 1 : 2,
    ethnicity: '05',
    born: '1991-05-06',
    died: null,
    status: 0,
    householdNo: '200000001',
    relationToHead: '02',
    householdType: 'unified',
    divisionCode: '990101001001',
    address: '示例县第一镇𬱖村1组2号 <东> & "西"',
    fatherNumber: null,
    motherNumber: null,
    birthCertificateNo: null,
    maritalStatus: '20',
    movedInOn: '2015-03-01',
    movedOutOn: null,
    updatedAt: '2026-03-01T02:03:04.000Z',
    ...over,
  };
}

export const question = (requestId: string = crypto.randomUUID()): RegistryQuestion => ({
  requestId,
  clerk: { idNumber: numberOf('1980-01-01', 7), name: '某经办' },
  unit: { code: '11990101000000000X', name: '示例县卫生健康局' },
  purpose: 'childcare-subsidy',
  legalBasis: '《育儿补贴制度实施方案》',
});

export type Wire = 'ministry' | 'spdci';
export const WIRES: readonly Wire[] = ['ministry', 'spdci'];

const DEADLINE = 20_000;

/** A simulated registry with one connection of each kind to it. */
export class Wires {
  readonly soon = AbortSignal.timeout(600_000);

  private constructor(
    readonly clock: TestClock,
    readonly registry: SimulatedRegistry,
    readonly ministry: MinistryRegistry,
    readonly spdci: SpdciRegistry,
  ) {}

  static async open(
    options: Partial<RegistryOptions> & { algorithm?: 'ed25519' | 'es256'; deadline?: number } = {},
  ): Promise<Wires> {
    const clock = new TestClock('2026-04-01');
    const registry = await SimulatedRegistry.open({ port: 0, clock, bodyDigest: 'sm3', ...options });
    const { requestId: _, ...nominated } = question();
    const { encoding, bodyDigest = 'sm3' } = options;
    const common = { clock, nominated, deadline: options.deadline ?? DEADLINE };
    const ministry = new MinistryRegistry({
      ...common,
      ...registry.ministryAccess,
      ministry: { code: '990101', name: '示例县' },
      system: { code: 'yangyu', name: '养育' },
      bodyDigest,
      encoding,
    });
    const spdci = new SpdciRegistry({
      ...common,
      ...registry.spdciAccess,
      senderId: 'yangyu.example',
      key: privateKey(options.algorithm ?? 'ed25519'),
      callbackUrl: 'http://127.0.0.1:9/registry/',
    });
    const { keys } = await spdci.publicKeys();
    registry.enrol({ senderId: 'yangyu.example', keys, callbackUrl: 'http://127.0.0.1:9/registry' });
    return new Wires(clock, registry, ministry, spdci);
  }

  of(wire: Wire): HouseholdRegistry {
    return this[wire];
  }

  /** What the registry would send to our door now. */
  async callbacks(): Promise<{ url: string; body: Buffer }[]> {
    const caught: { url: string; body: Buffer }[] = [];
    await this.registry.callBack(async (callback) => {
      caught.push(callback);
      return 200;
    });
    return caught;
  }

  async close(): Promise<void> {
    await this.ministry.close();
    await this.spdci.close();
    await this.registry.close();
  }
}

function privateKey(algorithm: 'ed25519' | 'es256'): JWK {
  const { privateKey: key } =
    algorithm === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return key.export({ format: 'jwk' });
}

/** What a call came to: its reply, or the kind of its failure. Anything else that is thrown is a fault of ours. */
export async function outcome<T>(work: Promise<T>): Promise<{ reply: T } | { failure: RegistryFailure }> {
  try {
    return { reply: await work };
  } catch (error) {
    if (error instanceof RegistryFailure) return { failure: error };
    throw error;
  }
}
