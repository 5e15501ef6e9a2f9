import { readConfig } from './config';

describe('the proxies that are trusted', () => {
  const read = (text: string) => readConfig({ YANGYU_TRUSTED_PROXY: text }).trustedProxies;

  it('are none, or addresses and ranges as they are written', () => {
    expect(readConfig({}).trustedProxies).toBeUndefined();
    expect(read('10.0.0.1, 192.168.0.0/16,fd00::/8')).toEqual(['10.0.0.1', '192.168.0.0/16', 'fd00::/8']);
  });

  it.each(['', 'proxy.example', '10.0.0.1,', '10.0.0.0/33', 'true', '0.0.0.0/0', '::/0'])('are not "%s"', (text) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ message: expect.stringContaining('YANGYU_TRUSTED_PROXY') as string }) as Error,
    );
  });
});
