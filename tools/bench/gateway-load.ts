import { Pool } from 'undici';

export interface Load {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
  /** A body and the headers of its caller, for the nth request of a connection. */
  readonly request: (connection: number, n: number) => { readonly body: string; readonly authorization: string };
}

export interface Loaded {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/** Each connection asks again as soon as it is answered. An answer with errors, or without data, ends it all. */
export async function load({ url, connections, seconds, request }: Load): Promise<Loaded> {
  const pool = new Pool(url, { connections });
  const milliseconds: number[] = [];
  const began = performance.now();
  const until = began + seconds * 1000;
  const one = async (connection: number): Promise<void> => {
    for (let n = 0; performance.now() < until; n++) {
      const { body, authorization } = request(connection, n);
      const from = performance.now();
      const answer = await pool.request({
        path: '/graphql',
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body,
      });
      const text = await answer.body.text();
      milliseconds.push(performance.now() - from);
      if (!text.startsWith('{"data":{') || text.includes('"errors"')) throw new Error(`answered ${text.slice(0, 500)}`);
    }
  };
  try {
    await Promise.all(Array.from({ length: connections }, (_, connection) => one(connection)));
  } finally {
    await pool.close();
  }
  const took = (performance.now() - began) / 1000;
  milliseconds.sort((a, b) => a - b);
  const at = (share: number) => Math.round(milliseconds[Math.floor(share * (milliseconds.length - 1))]! * 10) / 10;
  return {
    requests: milliseconds.length,
    requestsPerSecond: Math.round(milliseconds.length / took),
    p50: at(0.5),
    p99: at(0.99),
  };
}
