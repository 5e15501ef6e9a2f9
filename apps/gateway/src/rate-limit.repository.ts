import { contextKey, signContext, systemContext } from '@app/database';
import { Pool } from 'pg';
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';

/** How much one subject may ask, counted in one place for all gateways. */
export interface RateLimits {
  /** Takes points from a subject's minute; seconds to wait where none are left, else undefined. */
  take(subject: string, points: number): Promise<number | undefined>;
  close(): Promise<void>;
}

const SCHEMA = 'gateway';
const MINUTE_SECONDS = 60;
/** After so many takes the minutes that are over are deleted: the table is as long as the minute and this. */
const SWEEP_AFTER_TAKES = 1_000;

/**
 * Counts in PostgreSQL, in a session of its own that may see nothing else. While the database does not answer, each
 * gateway counts by itself.
 */
export function openRateLimits(url: string, pointsPerMinute: number): RateLimits {
  const password = decodeURIComponent(new URL(url).password);
  const context = signContext(systemContext('gateway.rate-limit'), contextKey(password, SCHEMA));
  const pool = new Pool({
    connectionString: url,
    max: 4,
    options: `-c search_path=${SCHEMA} -c app.context=${context}`,
  });
  pool.on('error', () => undefined); // The server went away; the next question says so.
  const limiter = new RateLimiterPostgres({
    storeClient: pool,
    storeType: 'pool',
    schemaName: SCHEMA,
    tableName: 'rate_limit',
    tableCreated: true,
    clearExpiredByTimeout: false,
    keyPrefix: '',
    points: pointsPerMinute,
    duration: MINUTE_SECONDS,
    inMemoryBlockOnConsumed: pointsPerMinute + 1,
    insuranceLimiter: new RateLimiterMemory({ points: pointsPerMinute, duration: MINUTE_SECONDS }),
  });
  // A minute later than need be: a gateway whose clock is behind may still be counting in it.
  const sweep = () =>
    pool.query(`delete from rate_limit where expire < (extract(epoch from now()) - ${MINUTE_SECONDS}) * 1000`);
  let taken = 0;
  return {
    take: async (subject, points) => {
      taken += 1;
      if (taken % SWEEP_AFTER_TAKES === 0) await sweep().catch(() => undefined); // It is down; the next sweep finds more.
      try {
        await limiter.consume(subject, points);
        return undefined;
      } catch (left) {
        if (left instanceof RateLimiterRes) return Math.max(1, Math.ceil(left.msBeforeNext / 1000));
        throw left;
      }
    },
    close: () => pool.end(),
  };
}
