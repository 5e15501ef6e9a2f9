import * as fc from 'fast-check';
import { cutEnvelope, readTerms, signingText, termsText } from './spdci-envelope.rules';

const TERMS = { senderId: 'a.example', keyId: 'k', algorithm: 'ed25519', created: 1, expires: 2, signature: 'c2ln' };

it('cuts a message into the very texts that were sent', () => {
  const header = '{ "a" : "}\\"{" }';
  const message = '{"b":[{"c":"\\\\"}],"signature":"no"}';
  const text = ` {"message":${message} , "signature" : "s\\"1", "header":${header}}\n`;
  expect(cutEnvelope(text)).toEqual({ signature: 's"1', header, message });
});

it.each([
  ['nothing', ''],
  ['a list', '[]'],
  ['no message', '{"signature":"s","header":{}}'],
  ['two headers', '{"header":{},"header":{},"message":{}}'],
  ['a part of its own', '{"header":{},"message":{},"more":{}}'],
  ['a name in another spelling', '{"head\\u0065r":{},"message":{}}'],
  ['a header that is a list', '{"header":[],"message":{}}'],
  ['a message that is a text', '{"header":{},"message":"{}"}'],
  ['a text without end', '{"header":{"a":"},"message":{}}'],
  ['an object without end', '{"header":{"a":{},"message":{}'],
  ['a comma too many', '{"header":{},"message":{},}'],
  ['a tail', '{"header":{},"message":{}} {}'],
])('cuts no message from %s', (_case, text) => {
  expect(cutEnvelope(text)).toBeUndefined();
});

it('cuts what JSON reads, the same, whatever it holds', () => {
  fc.assert(
    fc.property(fc.object(), fc.object(), fc.string({ unit: 'grapheme' }), (header, message, signature) => {
      const text = JSON.stringify({ signature, header, message });
      expect(cutEnvelope(text)).toEqual({
        signature,
        header: JSON.stringify(header),
        message: JSON.stringify(message),
      });
    }),
  );
});

it('cuts a message with a text of thirty megabytes, which JSON may hold', () => {
  const message = JSON.stringify({ a: '\\"'.repeat(1e7) });
  expect(cutEnvelope(`{"header":{},"message":${message}}`)?.message === message).toBe(true);
});

it('looks through ten megabytes without an end in a moment', () => {
  for (const text of [
    '{"header":' + '{"a":'.repeat(2_000_000),
    '{"header":{"a":"' + '\\"'.repeat(5_000_000),
    ' '.repeat(1e7),
  ])
    expect(cutEnvelope(text)).toBeUndefined();
});

it('reads the terms of a signature as they are written', () => {
  expect(readTerms(termsText(TERMS))).toEqual(TERMS);
  expect(readTerms(termsText(TERMS).replace('Signature: ', ''))).toEqual(TERMS);
  expect(signingText(TERMS, 'd')).toBe('(created): 1\n(expires): 2\ndigest: SHA-256=d');
});

it.each([
  ['nothing', () => ''],
  ['less than everything covered', (text: string) => text.replace(' digest', '')],
  ['another namespace', (text: string) => text.replace('spdci', 'other')],
  ['two algorithms', (text: string) => text.replace('algorithm="ed25519"', 'algorithm="es256"')],
  ['a term twice', (text: string) => `${text}, created="3"`],
  ['a term of its own', (text: string) => `${text}, more="3"`],
  ['no time', (text: string) => text.replace('created="1"', 'created=""')],
  ['no sender', (text: string) => text.replace('a.example|', '|')],
  ['a key with another part', (text: string) => text.replace('|k|', '|k|l|')],
])('reads no terms from a signature with %s', (_case, change) => {
  expect(readTerms(change(termsText(TERMS)))).toBeUndefined();
});
