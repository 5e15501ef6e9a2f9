import { askedDivision, type Caller } from '@app/access';
import type { PeerInbox, PeerMessage } from '@app/contracts';
import { type Database, inContext, systemContext } from '@app/database';
import type { Outbox } from '@app/jobs';
import { CLOCK, type Clock, divisionPrefix } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import type { JWK } from 'jose';
import { EXCHANGE_DATABASE, EXCHANGE_OUTBOX } from '../exchange.tokens';
import { sealOf } from '../nomination/sealed-columns.types';
import { ParameterService } from '../parameter/parameter.service';
import { refuse } from './peer.errors';
import { sendToPeer } from './peer.jobs';
import { PeerRepository } from './peer.repository';
import { servedBy } from './peer.rules';
import {
  type PeerContent,
  type PeerMessageRow,
  type PeerOverview,
  type PeerRefusalRow,
  type Peers,
  PEERS,
  type PeerState,
} from './peer.types';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const DAY_MILLISECONDS = 24 * 3_600_000;
const HOUR_MILLISECONDS = 3_600_000;

/** What other installations told, whom we can reach, and how that is going. */
@Injectable()
export class PeerService implements PeerInbox {
  constructor(
    @Inject(EXCHANGE_DATABASE) private readonly database: Database,
    @Inject(EXCHANGE_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(PEERS) private readonly peers: Peers,
    private readonly vault: Vault,
    private readonly parameters: ParameterService,
    private readonly messages: PeerRepository,
  ) {}

  /** From its first reading on it is kept for so many days, so that it can be read again meanwhile. */
  async message(rowId: string): Promise<(PeerMessage & { readonly peer: string }) | null> {
    if (!UUID.test(rowId)) return null;
    return inContext(systemContext('peer message', { actor: 'system:migrant', purpose: 'exchange' }), () =>
      this.database.write(async (tx) => {
        const row = await this.messages.readIncoming(tx, rowId, this.clock.now());
        if (!row?.sealed) return null;
        tx.disclose('peer_message', [{ id: row.rowId }]);
        tx.concern('peer_message', [row.rowId]);
        const place = { table: sealOf('peer_incoming'), column: 'content_sealed', row: rowId };
        const { body } = JSON.parse(this.vault.open(row.sealed, place)) as PeerContent;
        const { id, topic, fromDivision, toDivision, peer } = row;
        return { id, topic, fromDivision, toDivision, body, peer };
      }),
    );
  }

  peerOf(divisionCode: string): Promise<{ peer: string; name: string } | null> {
    const found = servedBy(this.peers, divisionCode);
    return Promise.resolve(found === null || found === 'own' ? null : { peer: found.code, name: found.name });
  }

  publicKeys(): readonly JWK[] {
    return this.peers.own?.publicKeys ?? [];
  }

  /** Every minute: what is due is sent, also where the queue had forgotten it; what was read long enough ago is forgotten. */
  ring(): Promise<void> {
    return inContext(systemContext('peer bell', { isPlumbing: true }), () =>
      this.database.write(async (tx) => {
        const now = this.clock.now();
        const { keepDays } = await this.parameters.peerTerms(tx, this.clock.today());
        await this.messages.forget(tx, new Date(now.getTime() - keepDays * DAY_MILLISECONDS), now);
        await this.outbox.plan(tx, sendToPeer, await this.messages.peersWithDue(tx, now));
      }),
    );
  }

  /** How it stands with each other installation, seen from a division. */
  async overview(caller: Caller, division: string | null | undefined): Promise<PeerOverview> {
    const { own } = this.peers;
    const others = await this.states(caller, division);
    return { code: own?.code ?? null, name: own?.name ?? null, prefixes: own?.prefixes ?? [], others };
  }

  private async states(caller: Caller, division: string | null | undefined): Promise<PeerState[]> {
    const prefix = divisionPrefix(askedDivision(caller, division));
    const [now, today] = [this.clock.now(), this.clock.today()];
    return this.database.read(async (read) => {
      const { overdueHours } = await this.parameters.peerTerms(read, today);
      const counts = await this.messages.counts(read, prefix, today);
      const lines = await this.messages.lines(read);
      const late = now.getTime() - overdueHours * HOUR_MILLISECONDS;
      return [...this.peers.others.values()].map(({ code, name, prefixes }) => {
        const [count, line] = [counts.get(code), lines.get(code)];
        const waitingSince = count?.waitingSince ?? null;
        return {
          code,
          name,
          prefixes,
          line: (line?.state ?? 'closed').replace('-', '_').toUpperCase() as PeerState['line'],
          lineSince: line?.at ?? null,
          waiting: count?.waiting ?? 0,
          waitingSince,
          isOverdue: waitingSince !== null && waitingSince.getTime() < late,
          delivered: count?.delivered ?? 0,
          lastDeliveredAt: count?.lastDeliveredAt ?? null,
          taken: count?.taken ?? 0,
          unread: count?.unread ?? 0,
          lastTakenAt: count?.lastTakenAt ?? null,
          refusedToday: count?.refusedToday ?? 0,
        };
      });
    });
  }

  list(
    caller: Caller,
    filter: { readonly division?: string | null; readonly peer?: string | null; readonly state?: string | null },
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<PeerMessageRow[]> {
    const prefix = divisionPrefix(askedDivision(caller, filter.division));
    const asked = { prefix, peer: filter.peer ?? null, state: filter.state ?? null };
    return this.database.read((read) => this.messages.list(read, asked, after, limit));
  }

  refusals(after: readonly string[] | undefined, limit: number): Promise<PeerRefusalRow[]> {
    return this.database.read((read) => this.messages.refusals(read, after, limit));
  }

  /** At once, whatever pause it had. */
  retry(id: string): Promise<PeerMessageRow> {
    return this.database.write(async (tx) => {
      const peer = UUID.test(id) ? await this.messages.retry(tx, id, this.clock.now()) : undefined;
      if (peer === undefined) throw refuse.unknown(id);
      tx.concern('peer_message', [id]);
      const message = (await this.messages.get(tx, id))!;
      await this.outbox.plan(tx, sendToPeer, [{ peer }]);
      return message;
    });
  }

  /** Somebody sees to it in another way, and says how. */
  async giveUp(caller: Caller, id: string, note: string): Promise<PeerMessageRow> {
    const said = note.trim();
    if ([...said].length < 2 || [...said].length > 500) throw refuse.noteMissing();
    return this.database.write(async (tx) => {
      const isDone = UUID.test(id) && (await this.messages.giveUp(tx, id, caller.id, said, this.clock.now()));
      if (!isDone) throw refuse.unknown(id);
      tx.concern('peer_message', [id]);
      return (await this.messages.get(tx, id))!;
    });
  }
}
