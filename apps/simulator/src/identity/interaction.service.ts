import type { IncomingMessage, ServerResponse } from 'node:http';
import { ACR_ONE_FACTOR, ACR_TWO_FACTORS } from '@app/access';
import type { Provider } from 'oidc-provider';
import type { OneTimeCodes } from './code.service';
import type { Account } from './identity.types';
import { choicePage, codePage, failurePage } from './page.service';

type Details = Awaited<ReturnType<Provider['interactionDetails']>>;

const TRIES = 5;
const BODY_MAX = 2_000;

/** The two questions between the desk's request and its answer: who is it, and, when asked for, a second factor. */
export class Interactions {
  constructor(
    private readonly accounts: () => Promise<readonly Account[]>,
    private readonly codes: OneTimeCodes,
  ) {}

  /** One visit to `/interaction/<id>`; what it shows, or nothing when it was led on. */
  async visit(provider: Provider, request: IncomingMessage, response: ServerResponse): Promise<string | undefined> {
    let details: Details;
    try {
      details = await provider.interactionDetails(request, response);
    } catch {
      // The library throws when the cookie or the interaction is gone, and for nothing else.
      response.statusCode = 400;
      return failurePage('SIGN_IN_EXPIRED', '登录已超时。 This sign-in has timed out.');
    }
    const form = request.method === 'POST' ? await readForm(request) : new URLSearchParams();
    const accounts = await this.accounts();
    const chosen = accounts.find(({ id }) => id === (form.get('user') ?? chosenIn(details)));
    const action = new URL(request.url!, 'http://here').pathname;
    if (!chosen) return choicePage(action, accounts, textOf(details.params.login_hint));
    if (!wantsTwoFactors(details)) return this.finish(provider, request, response, chosen, 1);

    const tries = Number(details.result?.tries ?? 0);
    const code = form.get('code');
    if (code !== null && tries < TRIES && this.codes.take(chosen.id, code.trim())) {
      return this.finish(provider, request, response, chosen, 2);
    }
    const state = { chosen: chosen.id, tries: tries + Number(code !== null) };
    if (state.tries >= TRIES) {
      const refused = { error: 'access_denied', error_description: 'too many wrong codes' };
      await provider.interactionFinished(request, response, refused, { mergeWithLastSubmission: false });
      return undefined;
    }
    await provider.interactionResult(request, response, state, { mergeWithLastSubmission: false });
    return codePage(action, chosen, this.codes.shownTo(chosen.id), code !== null);
  }

  private async finish(
    provider: Provider,
    request: IncomingMessage,
    response: ServerResponse,
    { id }: Account,
    factors: 1 | 2,
  ): Promise<undefined> {
    // The press of a button stands for a password: that is what the demo leaves out.
    const login =
      factors === 2
        ? { accountId: id, acr: ACR_TWO_FACTORS, amr: ['pwd', 'otp', 'mfa'] }
        : { accountId: id, acr: ACR_ONE_FACTOR, amr: ['pwd'] };
    await provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
    return undefined;
  }
}

/** Whoever was chosen a page ago, or is signed in already and was not asked to be somebody else. */
function chosenIn({ result, session, params, prompt }: Details): string | undefined {
  if (typeof result?.chosen === 'string') return result.chosen;
  const isOther = params.login_hint !== undefined && params.login_hint !== session?.accountId;
  return isOther || prompt.reasons.includes('login_prompt') ? undefined : session?.accountId;
}

/** By `acr_values`, or as an essential claim of the ID token. */
export function wantsTwoFactors({ params }: Pick<Details, 'params'>): boolean {
  const asked = textOf(params.acr_values)?.split(' ') ?? [];
  const claims = JSON.parse(textOf(params.claims) ?? '{}') as {
    id_token?: { acr?: { essential?: boolean; value?: string; values?: string[] } | null };
  };
  const acr = claims.id_token?.acr;
  const essential = acr?.essential ? [acr.value, ...(acr.values ?? [])] : [];
  return [...asked, ...essential].includes(ACR_TWO_FACTORS);
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let body = '';
  for await (const part of request.setEncoding('utf8')) {
    body += part as string;
    if (body.length > BODY_MAX) break;
  }
  return new URLSearchParams(body);
}
