import { createHash, randomBytes } from 'node:crypto';
import { ACR_TWO_FACTORS, STEP_UP_MAX_AGE_SECONDS } from '@app/access';
import { refuse } from './identity.errors';
import { DESK, SCOPE } from './identity.types';

const STEPS_MAX = 12;

/** Somebody at a browser: follows redirects, keeps cookies, presses the buttons of the demo's pages. */
export class Visitor {
  /** @param user The demo user they choose. */
  constructor(
    private readonly user: string,
    private readonly cookies = new Map<string, string>(),
  ) {}

  /** The same browser, with somebody else before it. */
  as(user: string): Visitor {
    return new Visitor(user, this.cookies);
  }

  /** From an address of the issuer to the one it leads to that begins with `home`. */
  async follow(from: URL, home: string): Promise<URL> {
    let next: { address: URL; form?: URLSearchParams } = { address: from };
    for (let step = 0; step < STEPS_MAX; step++) {
      const { address, form } = next;
      const response = await this.send(address, form);
      const location = response.headers.get('location');
      if (location !== null) {
        const led = new URL(location, address);
        if (led.href.startsWith(home)) return led;
        next = { address: led };
        continue;
      }
      const page = await response.text();
      if (!page.includes('<form')) throw refuse.notSignedIn(this.user, wordsOf(page) || String(response.status));
      next = this.fill(page, address);
    }
    throw refuse.notSignedIn(this.user, 'too many steps');
  }

  private async send(address: URL, form: URLSearchParams | undefined): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(address, {
      redirect: 'manual',
      headers: { cookie, accept: 'text/html' },
      ...(form && { method: 'POST', body: form }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      if (value === '') this.cookies.delete(name!);
      else this.cookies.set(name!, value!);
    }
    return response;
  }

  private fill(page: string, at: URL): { address: URL; form: URLSearchParams } {
    const form = new URLSearchParams();
    for (const [input] of page.matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
      form.set(/name="([^"]*)"/.exec(input)![1]!, /value="([^"]*)"/.exec(input)![1]!);
    }
    if (page.includes('name="user"')) {
      if (!page.includes(`value="${this.user}"`)) throw refuse.signInUnknown(this.user);
      form.set('user', this.user);
    }
    if (page.includes('name="code"')) form.set('code', this.codeOn(page));
    if (page.includes('name="logout"')) form.set('logout', 'yes');
    return { address: new URL(/action="([^"]*)"/.exec(page)![1]!, at), form };
  }

  protected codeOn(page: string): string {
    return /<output>(\d+)<\/output>/.exec(page)![1]!;
  }
}

const wordsOf = (page: string): string =>
  page
    .replace(/<(style|title)>[^]*?<\/\1>|<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

export interface DeskVisit {
  readonly issuer: string;
  /** Where the desk is. */
  readonly home: string;
  readonly user: string;
  readonly isStepUp?: boolean;
}

/** The whole way that the desk's page goes, without the page: an access token for a demo user. */
export async function takeToken({ issuer, home, user, isStepUp = false }: DeskVisit): Promise<string> {
  const verifier = randomBytes(32).toString('base64url');
  const state = randomBytes(16).toString('base64url');
  const request = new URLSearchParams({
    client_id: DESK,
    redirect_uri: home,
    response_type: 'code',
    scope: `openid ${SCOPE}`,
    state,
    nonce: state,
    login_hint: user,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(isStepUp && { acr_values: ACR_TWO_FACTORS, max_age: String(STEP_UP_MAX_AGE_SECONDS) }),
  });
  const back = await new Visitor(user).follow(new URL(`${issuer}/auth?${request.toString()}`), home);
  const code = back.searchParams.get('code');
  if (code === null || back.searchParams.get('state') !== state) {
    throw refuse.notSignedIn(user, back.searchParams.get('error_description') ?? 'no code');
  }
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: DESK,
      redirect_uri: home,
      code,
      code_verifier: verifier,
    }),
  });
  const answer = (await response.json()) as { access_token?: string; error_description?: string };
  if (answer.access_token === undefined) throw refuse.notSignedIn(user, answer.error_description ?? 'no token');
  return answer.access_token;
}
