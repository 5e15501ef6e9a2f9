/** One value for COPY text format: NULL is \N, and backslash, tab and line ends are escaped. */
export function copyValue(value: string | number | bigint | boolean | Buffer | null | undefined): string {
  if (value === null || value === undefined) return '\\N';
  if (typeof value === 'string') return /[\\\t\n\r]/.test(value) ? value.replace(/[\\\t\n\r]/g, escapeOne) : value;
  if (Buffer.isBuffer(value)) return '\\\\x' + value.toString('hex');
  if (typeof value === 'boolean') return value ? 't' : 'f';
  return String(value);
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const escapeOne = (c: string): string => ESCAPES[c]!;

/** One row of COPY text format, with its line end. */
export function copyLine(values: readonly Parameters<typeof copyValue>[0][]): string {
  let line = '';
  for (let i = 0; i < values.length; i++) line += (i ? '\t' : '') + copyValue(values[i]);
  return line + '\n';
}
