import { randomBytes } from 'node:crypto';
import { ACR_ONE_FACTOR, ACR_TWO_FACTORS, TOKEN_AUDIENCE } from '@app/access';
import type { ClientMetadata, Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider';
import { type Account, AGENCY, DESK, SCOPE } from './identity.types';
import { wantsTwoFactors } from './interaction.service';
import type { SigningKey } from './key.service';
import { failurePage, pagePolicy, signedOutPage, signOutPage } from './page.service';
import type { Store } from './store.service';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const WORKING_DAY = 8 * HOUR;

export interface ProviderParts {
  readonly issuer: string;
  readonly keys: readonly SigningKey[];
  readonly store: Store;
  readonly accounts: () => Promise<readonly Account[]>;
  /** Origins of the desk, known once it is open. */
  readonly desk: () => readonly string[];
}

/** The certified provider library, set up as the issuer of this installation's demo. */
export async function openProvider(parts: ProviderParts): Promise<Provider> {
  const library = await loadLibrary();
  return new library.Provider(parts.issuer, configurationOf(parts, library));
}

type Library = typeof import('oidc-provider');

/**
 * The library works on Node 20 but for one function of later ones, and says on the console that it is not meant to;
 * where Node 24 comes with this installation neither is needed.
 */
async function loadLibrary(): Promise<Library> {
  if (!('parse' in URL)) {
    Object.assign(URL, { parse: (text: string) => (URL.canParse(text) ? new URL(text) : null) });
  }
  const { console: terminal } = globalThis;
  const warn = Reflect.get(terminal, 'warn');
  terminal.warn = () => undefined;
  try {
    return await import('oidc-provider');
  } finally {
    terminal.warn = warn;
  }
}

function configurationOf(parts: ProviderParts, { interactionPolicy }: Library): Configuration {
  const { keys, store, accounts, desk } = parts;
  const show = (ctx: KoaContextWithOIDC, html: string) => {
    ctx.set('content-security-policy', pagePolicy(desk()));
    ctx.type = 'html';
    ctx.body = html;
  };
  return {
    adapter: (model) => store.adapterOf(model),
    jwks: { keys: [...keys] as never },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    claims: { openid: ['sub'], acr: null, amr: null, auth_time: null, sid: null, iss: null },
    acrValues: [ACR_ONE_FACTOR, ACR_TWO_FACTORS],
    scopes: ['openid'],
    responseTypes: ['code'],
    clientAuthMethods: ['none', 'private_key_jwt'],
    clientDefaults: { id_token_signed_response_alg: 'EdDSA' },
    enabledJWA: { idTokenSigningAlgValues: ['EdDSA'], clientAuthSigningAlgValues: ['EdDSA', 'Ed25519', 'ES256'] },
    pkce: { required: () => true },
    clientBasedCORS: (_ctx, origin) => desk().includes(origin),
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      claimsParameter: { enabled: true },
      clientCredentials: { enabled: true },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: async (ctx, form) => show(ctx, signOutPage(form)),
        postLogoutSuccessSource: async (ctx) => show(ctx, signedOutPage()),
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => TOKEN_AUDIENCE,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, resource, client) => {
          if (resource !== TOKEN_AUDIENCE) throw new Error(`there is no resource ${resource} here`);
          return {
            scope: SCOPE,
            audience: TOKEN_AUDIENCE,
            accessTokenFormat: 'jwt',
            accessTokenTTL: client.grantTypeAllowed('client_credentials') ? 10 * MINUTE : HOUR,
            jwt: { sign: { alg: 'EdDSA' } },
          };
        },
      },
    },
    ttl: {
      AccessToken: (_ctx, token) => token.resourceServer!.accessTokenTTL!,
      ClientCredentials: (_ctx, token) => token.resourceServer!.accessTokenTTL!,
      AuthorizationCode: MINUTE,
      IdToken: HOUR,
      Interaction: 10 * MINUTE,
      Session: WORKING_DAY,
      Grant: WORKING_DAY,
    },
    findAccount: async (_ctx, id) => {
      const account = (await accounts()).find((one) => one.id === id);
      return account && { accountId: id, claims: async () => ({ sub: id }) };
    },
    extraTokenClaims: async (ctx, token) => {
      const id = token.kind === 'AccessToken' ? token.accountId : AGENCY;
      const account = (await accounts()).find((one) => one.id === id)!;
      const code = ctx.oidc.entities.AuthorizationCode;
      return {
        name: account.name,
        roles: account.roles,
        division: account.division,
        id_number: account.idNumber,
        ...(code && { auth_time: code.authTime, acr: code.acr, amr: code.amr, sid: code.sid }),
      };
    },
    // The desk is ours: nobody is asked whether we may know who they are.
    loadExistingGrant: async (ctx) => {
      const { provider, session, client } = ctx.oidc;
      const known = session!.grantIdFor(client!.clientId);
      const found = known ? await provider.Grant.find(known) : undefined;
      if (found?.accountId === session!.accountId) return found;
      const grant = new provider.Grant({ clientId: client!.clientId, accountId: session!.accountId! });
      grant.addOIDCScope('openid');
      grant.addResourceScope(TOKEN_AUDIENCE, SCOPE);
      await grant.save();
      return grant;
    },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}`, policy: policyOf(interactionPolicy) },
    renderError: (ctx, { error, error_description }) => show(ctx, failurePage(error, error_description ?? '')),
    // The one address that is ever called is the desk's own, on this machine, which the library would not call.
    fetch: (address, options) => fetch(address, { ...options, dispatcher: undefined }),
  };
}

/** Beside the library's own reasons to ask: another person is meant, or a second factor. */
function policyOf({ base, Check }: Library['interactionPolicy']) {
  const policy = base();
  const { checks } = policy.get('login')!;
  checks.add(
    new Check('login_hint', 'another end-user was asked for', ({ oidc }) => {
      const hint = oidc.params!.login_hint;
      return hint !== undefined && oidc.session!.accountId !== hint && !oidc.result?.login;
    }),
  );
  checks.add(
    new Check('acr_values', 'a second factor was asked for', ({ oidc }) =>
      Boolean(oidc.params && wantsTwoFactors({ params: oidc.params }) && oidc.session!.acr !== ACR_TWO_FACTORS),
    ),
  );
  return policy;
}

/** The clients of this issuer: our own desk once it is open, and one agency. */
export function clientsOf(desk: readonly string[], agencyKey: object): Record<string, ClientMetadata> {
  const home = desk.map((origin) => `${origin}/`);
  const agency: ClientMetadata = {
    client_id: AGENCY,
    token_endpoint_auth_method: 'private_key_jwt',
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    jwks: { keys: [agencyKey] },
  };
  if (desk.length === 0) return { [AGENCY]: agency };
  return {
    [AGENCY]: agency,
    [DESK]: {
      client_id: DESK,
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      redirect_uris: home,
      post_logout_redirect_uris: home,
      backchannel_logout_uri: `${desk[0]}/backchannel-logout`,
      backchannel_logout_session_required: true,
    },
  };
}
