import { isSafeAddress, TOKEN_AUDIENCE } from '@app/access';
import { PROCESS_SETTINGS, readSettings, SEALING_SETTINGS } from '@app/service';
import { z } from 'zod';

/** What the public door is told, in a process of its own or together with all others. */
export const DOOR_SETTINGS = {
  /**
   * `production`: nothing of the demo. An issuer must be named; no page to try queries on, no introspection, and our
   * own desk calls stored operations only.
   */
  YANGYU_MODE: z.enum(['demo', 'production']).default('demo'),
  /** What one caller may ask in a minute. */
  YANGYU_REQUESTS_PER_MINUTE: z.coerce.number().int().min(1).max(1_000_000).default(600),
  /**
   * Addresses or CIDR ranges, separated by commas, of the proxies that callers come through: from them alone an
   * X-Forwarded-For is believed. Without it whoever comes through a proxy counts as one address.
   */
  YANGYU_TRUSTED_PROXY: z
    .string()
    .transform((text) => text.split(',').map((one) => one.trim()))
    .pipe(z.array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], 'an address or a CIDR range')))
    .refine((all) => all.every((one) => !/\/0+$/.test(one)), 'everybody is no proxy')
    .optional(),
  /** Who signs people in: an OpenID Connect issuer, https or on this machine. */
  YANGYU_ISSUER: z
    .url()
    .refine((text) => isSafeAddress(new URL(text)), 'an issuer is https')
    .optional(),
  /** What the issuer calls this graph in the tokens that are for it. */
  YANGYU_AUDIENCE: z.string().min(1).default(TOKEN_AUDIENCE),
  /** What the issuer calls our own desk: its log-outs are addressed to it. */
  YANGYU_CLIENT: z.string().min(1).default('yangyu-desk'),
} as const;

export const GATEWAY_SETTINGS = {
  ...PROCESS_SETTINGS,
  ...SEALING_SETTINGS,
  ...DOOR_SETTINGS,
  YANGYU_ISSUER: DOOR_SETTINGS.YANGYU_ISSUER.unwrap(),
  /** Where the apps' processes answer; several, separated by commas. */
  YANGYU_REGISTRATION_URL: z.string().min(1),
  YANGYU_SUBSIDY_URL: z.string().min(1),
  YANGYU_MIGRANT_URL: z.string().min(1),
  YANGYU_EXCHANGE_URL: z.string().min(1),
  /** The graph that is served: made by `npm run generate`, reviewed and committed. */
  YANGYU_SUPERGRAPH: z.string().min(1).default('supergraph.graphql'),
} as const;

/** The only reader of the environment in this app, where it runs as a process of its own. */
export const readConfig = () => readSettings(GATEWAY_SETTINGS, process.env);
