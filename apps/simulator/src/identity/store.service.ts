import type { Clock } from '@app/kernel';
import type { Adapter, AdapterPayload } from 'oidc-provider';

interface Row {
  readonly payload: AdapterPayload;
  readonly expiresAt: number;
}

const SWEEP_EVERY = 200;

/** What the provider remembers between requests, until this process ends: the demo's sessions, codes and seen assertions. */
export class Store {
  private readonly rows = new Map<string, Row>();
  private written = 0;

  constructor(
    private readonly clock: Clock,
    private readonly findClient: (id: string) => AdapterPayload | undefined,
  ) {}

  adapterOf(model: string): Adapter {
    const key = (id: string) => `${model} ${id}`;
    return {
      upsert: async (id, payload, expiresIn) => this.write(key(id), payload, expiresIn),
      find: async (id) => (model === 'Client' ? this.findClient(id) : this.read(key(id))),
      findByUid: async (uid) => this.search(model, (payload) => payload.uid === uid),
      findByUserCode: async (code) => this.search(model, (payload) => payload.userCode === code),
      consume: async (id) => {
        const row = this.rows.get(key(id));
        if (row) row.payload.consumed = this.seconds();
      },
      destroy: async (id) => void this.rows.delete(key(id)),
      revokeByGrantId: async (grantId) => {
        for (const [name, { payload }] of this.rows)
          if (name.startsWith(key('')) && payload.grantId === grantId) this.rows.delete(name);
      },
    };
  }

  private write(key: string, payload: AdapterPayload, expiresIn: number | undefined): void {
    this.written += 1;
    if (this.written % SWEEP_EVERY === 0) {
      for (const [name, { expiresAt }] of this.rows) if (expiresAt <= this.seconds()) this.rows.delete(name);
    }
    this.rows.set(key, {
      payload: structuredClone(payload),
      expiresAt: expiresIn ? this.seconds() + expiresIn : Infinity,
    });
  }

  private read(key: string): AdapterPayload | undefined {
    const row = this.rows.get(key);
    return row && row.expiresAt > this.seconds() ? structuredClone(row.payload) : undefined;
  }

  private search(model: string, isWanted: (payload: AdapterPayload) => boolean): AdapterPayload | undefined {
    const found = [...this.rows].find(([key, { payload }]) => key.startsWith(`${model} `) && isWanted(payload));
    return found && this.read(found[0]);
  }

  private seconds(): number {
    return Math.floor(this.clock.now().getTime() / 1000);
  }
}
