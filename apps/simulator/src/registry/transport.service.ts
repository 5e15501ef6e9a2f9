import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Answer, Misbehaviour } from './registry.types';

const MEGABYTE = Buffer.alloc(1024 * 1024, 0x20);
const HUGE_MEGABYTES = 100;
const DRIP_MILLISECONDS = 40;
const HTML = Buffer.from('<!doctype html><html><body><h1>系统维护中</h1></body></html>');

/** Puts an answer on the wire, or does to it on the way what the registry was told to. */
export async function deliver(
  response: ServerResponse,
  answer: Answer,
  fault: Misbehaviour | undefined,
): Promise<void> {
  const { status, headers, body } = answer;
  switch (fault?.kind) {
    case 'status-500':
      return void response.writeHead(500).end();
    case 'status-503':
    case 'status-429':
      return void response
        .writeHead(Number(fault.kind.slice(-3)), { 'retry-after': String(fault.retryAfter ?? 30) })
        .end();
    case 'time-out':
      return; // The asker hangs up.
    case 'reset':
      return void response.socket?.resetAndDestroy();
    case 'html':
      return void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(HTML);
    case 'wrong-content-type':
      return void response.writeHead(200, { ...headers, 'content-type': 'application/octet-stream' }).end(body);
    case 'slow-loris':
      return drip(response, headers, body);
    case 'huge':
      return flood(response, headers);
    default:
      return void response.writeHead(status, { ...headers, 'content-length': String(body.length) }).end(body);
  }
}

/** One byte at a time, and never the last. */
async function drip(response: ServerResponse, headers: Answer['headers'], body: Buffer): Promise<void> {
  response.writeHead(200, { ...headers, 'content-length': String(body.length) });
  for (let at = 0; at < body.length - 1 && !response.destroyed; at++) {
    response.write(body.subarray(at, at + 1));
    await pause(DRIP_MILLISECONDS);
  }
}

async function flood(response: ServerResponse, headers: Answer['headers']): Promise<void> {
  response.writeHead(200, headers);
  for (let sent = 0; sent < HUGE_MEGABYTES && !response.destroyed; sent++) {
    if (response.write(MEGABYTE)) continue;
    await new Promise<void>((resolve) => {
      const goOn = () => {
        response.off('drain', goOn).off('close', goOn);
        resolve();
      };
      response.on('drain', goOn).on('close', goOn);
    });
  }
  response.end();
}
