import { type Caller, getDemoUser } from '@app/access';
import { type Minted, TestIssuer } from '@app/testing';
import { createGateway, type Gateway } from '../../apps/gateway/src/gateway';
import type { CountyWorld } from './county-world';
import { openGraph, type OpenGraph, type Topology } from './topology';

/** What came back over HTTP; data is typed by whoever asked. */
export interface Answer<Data> {
  readonly data: Data;
  /** Codes of what was refused. */
  readonly refused: readonly string[];
  readonly errors: readonly { message: string; path?: readonly unknown[]; extensions: Record<string, unknown> }[];
}

/** The graph of a county world, in the topology of this run, behind its public door, and somebody who asks it over HTTP. */
export class GraphClient {
  /** The text of every answer that was ever given, for whoever looks for what must not be in one. */
  readonly answers: string[] = [];

  private constructor(
    private readonly gateway: Gateway,
    private readonly issuer: TestIssuer,
    private readonly bugs: unknown[],
    private readonly graph: OpenGraph,
  ) {}

  static async open(world: CountyWorld, topology?: Topology): Promise<GraphClient> {
    const issuer = await TestIssuer.open(world.clock);
    const bugs: unknown[] = [];
    const report = (_id: string, error: unknown) => bugs.push(error);
    const graph = await openGraph(world, report, topology);
    const gateway = await createGateway({
      schema: graph.schema,
      verify: issuer.verifier().verify,
      complete: graph.complete,
      clock: world.clock,
      host: '127.0.0.1',
      port: 0,
      explorer: true,
      report,
    });
    return new GraphClient(gateway, issuer, bugs, graph);
  }

  /**
   * @param who A demo sign-in without its `demo-`, a caller of the test's own, or nobody.
   * @param signIn With two factors just shown, where the test does not say otherwise.
   */
  async ask<Data>(
    who: string | Caller | undefined,
    query: string,
    variables: object = {},
    signIn: Minted = {},
  ): Promise<Answer<Data>> {
    const caller = typeof who === 'string' ? getDemoUser(`demo-${who}`) : who;
    const response = await fetch(`${this.gateway.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(caller && { authorization: `Bearer ${await this.issuer.token(caller, signIn)}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    const text = await response.text();
    this.answers.push(text);
    if (this.bugs.length > 0) throw this.bugs.splice(0)[0];
    const { data, errors = [] } = JSON.parse(text) as { data: Data; errors?: Answer<Data>['errors'] };
    return { data, errors, refused: errors.map((error) => String(error.extensions.code)) };
  }

  /** Any request at all at the public door, signed in; the status of the answer. */
  async send(who: string, method: string, path: string, body: string, type = 'application/json'): Promise<number> {
    const authorization = `Bearer ${await this.issuer.token(getDemoUser(`demo-${who}`))}`;
    const headers = { 'content-type': type, authorization };
    const response = await fetch(`${this.gateway.url}${path}`, { method, headers, body });
    this.answers.push(await response.text());
    return response.status;
  }

  async close(): Promise<void> {
    await this.gateway.close();
    await this.graph.close();
  }
}
