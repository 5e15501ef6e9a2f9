import type { Revocation, RevocationStore } from '@app/access';
import { type Database, inContext, systemContext } from '@app/database';

/** No token lives longer than an hour: one that was revoked two hours ago need not be told of. */
const TOKEN_HOURS = 2;
/** A session at an issuer may go on for weeks, offline for two months, and gives new tokens of an old sign-in. */
const SIGN_IN_DAYS = 100;

/** The only SQL about revocations. */
export class RevocationRepository implements RevocationStore {
  constructor(private readonly database: Database) {}

  load(now: Date): Promise<Revocation[]> {
    return inContext(contextOf('gateway'), () =>
      this.database.read((read) =>
        read.query<Revocation>(
          `select kind, value, until, reason, actor as by from revocation
            where at > $1::timestamptz - make_interval(days => ${SIGN_IN_DAYS})
              and (kind <> 'token' or at > $1::timestamptz - make_interval(hours => ${TOKEN_HOURS}))`,
          [now],
        ),
      ),
    );
  }

  add({ kind, value, until, reason, by }: Revocation, now: Date): Promise<void> {
    return inContext(contextOf(by), () =>
      this.database.write(async (tx) => {
        await tx.query(
          'insert into revocation (kind, value, until, at, reason) values ($1, $2, $3, $4, $5) on conflict do nothing',
          [kind, value, until, now, reason],
        );
      }),
    );
  }
}

const contextOf = (actor: string) => systemContext('gateway.revocation', { actor, isPlumbing: true });
