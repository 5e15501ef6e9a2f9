import * as fs from 'node:fs';
import * as path from 'node:path';
import { DEMO_USERS } from '@app/access';
import type { Clock } from '@app/kernel';
import { DESK } from '../../simulator/src/identity/identity.types';
import { IdentityProvider } from '../../simulator/src/identity/identity.simulator';
import type { Config } from './config';
import { citizensOf } from '../../simulator/src/county/citizens.service';
import { demoFolders } from './demo';
import { refuse } from './standalone.errors';

/** Where the demo's issuer and desk are while they serve, for a command that is typed beside them. */
export interface Serving {
  readonly issuer: string;
  /** Address of the desk's page. */
  readonly home: string;
}

/** Who signs people in: the authority's own issuer, or the demo's in this process. */
export interface SignIn {
  readonly issuer: string;
  readonly client: string;
  /** The demo's, if it is that. */
  readonly demo?: IdentityProvider;
}

export async function openSignIn(config: Config, clock: Clock, report: (error: unknown) => void): Promise<SignIn> {
  if (config.issuer !== undefined) return { issuer: config.issuer, client: config.client };
  const { host, issuerPort: port } = config;
  const demo = await IdentityProvider.open({
    folder: folderOf(config),
    clock,
    host,
    port,
    officers: DEMO_USERS,
    citizens: () => citizensOf(demoFolders(config).county),
    report,
  });
  return { issuer: demo.issuer, client: DESK, demo };
}

/** Lets the page at `url` sign people in, by whichever of its names it is called. */
export function openDesk(config: Config, demo: IdentityProvider, url: string): void {
  const local = new URL(url);
  local.hostname = 'localhost';
  demo.openDesk([url, local.origin]);
  fs.writeFileSync(servingFile(config), JSON.stringify({ issuer: demo.issuer, home: `${url}/` } satisfies Serving));
}

export const closeDesk = (config: Config): void => fs.rmSync(servingFile(config), { force: true });

/** Refuses with NOT_SERVING when no server of this data folder signs people in. */
export function getServing(config: Config): Serving {
  try {
    return JSON.parse(fs.readFileSync(servingFile(config), 'utf8')) as Serving;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw refuse.notServing();
    throw error;
  }
}

const folderOf = ({ dataFolder }: Config): string => path.join(dataFolder, 'identity');
const servingFile = (config: Config): string => path.join(folderOf(config), 'serving.json');
