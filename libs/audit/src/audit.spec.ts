import * as fs from 'node:fs';
import * as path from 'node:path';
import { GrowingTree, inclusionPath, leafHash, type ReadHashes, rootByPath, rootOf } from './merkle';
import { NoteSigner, NoteVerifier, parseCheckpoint } from './note';
import { linesOf } from './recorder';
import { leafOf } from './leaf';
import { tilePath, tilesSince } from './tile';
import { Notes, systemContext } from '@app/database';
import fc from 'fast-check';
import { createHash, generateKeyPairSync } from 'node:crypto';

const root = path.join(__dirname, '..', '..', '..');
const read = (...parts: string[]) => fs.readFileSync(path.join(root, ...parts), 'utf8');

describe('the tables of the audit log', () => {
  const copies = fs
    .readdirSync(path.join(root, 'apps'))
    .map((app) => ['apps', app, 'src', 'migrations', '1764100000001-audit.sql'])
    .filter((parts) => fs.existsSync(path.join(root, ...parts)));

  it('stand in the apps that know persons', () => {
    expect(copies.map(([, app]) => app)).toEqual(expect.arrayContaining(['registration', 'subsidy']));
  });

  it.each(copies.map((parts) => [parts[1]!, parts]))('are the same in %s as in the library', (_, parts) => {
    expect(read(...parts)).toBe(read('libs', 'audit', 'src', 'audit.sql'));
  });
});

/** The eight leaves of the RFC 6962 test vectors, as every implementation has them. */
const INPUTS = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const LEAVES = INPUTS.map((hex) => leafHash(Buffer.from(hex, 'hex')));
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const numbered = (size: number): Buffer[] => Array.from({ length: size }, (_, i) => leafHash(Buffer.from(String(i))));

/** RFC 6962 §2.1 word for word: slow, and nothing to get wrong. */
function rootBySpecification(leaves: readonly Buffer[]): Buffer {
  if (leaves.length <= 1) return leaves[0] ?? createHash('sha256').digest();
  const k = 2 ** (Math.ceil(Math.log2(leaves.length)) - 1);
  const [left, right] = [rootBySpecification(leaves.slice(0, k)), rootBySpecification(leaves.slice(k))];
  return createHash('sha256').update(Buffer.of(1)).update(left).update(right).digest();
}

/** A grown tree with the complete subtrees it gave off, read like the tables. */
function grown(leaves: readonly Buffer[]): { tree: GrowingTree; read: ReadHashes } {
  const tree = GrowingTree.empty();
  for (const leaf of leaves) tree.append(leaf);
  const levels: Buffer[][] = [[...leaves]];
  for (const { level, number, hash } of tree.takeNodes()) (levels[level] ??= [])[number] = hash;
  return { tree, read: async (level, first, count) => (levels[level] ?? []).slice(first, first + count) };
}

describe('the tree', () => {
  it.each(ROOTS.map((expected, size) => [size, expected]))(
    'has the root of RFC 6962 over %i leaves',
    (size, expected) => {
      expect(rootOf(LEAVES.slice(0, size)).toString('hex')).toBe(expected);
      expect(grown(LEAVES.slice(0, size)).tree.root.toString('hex')).toBe(expected);
    },
  );

  it('grows to the same root, however it is taken up again in between', async () => {
    const sizes = fc.array(fc.oneof(fc.nat(6), fc.nat(700), fc.constantFrom(255, 256, 257, 512, 1024)), {
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(sizes, async (steps) => {
        const all = numbered(steps.reduce((sum, step) => sum + step, 0));
        const { read } = grown(all);
        let tree = GrowingTree.empty();
        for (const step of steps) {
          tree = await GrowingTree.at(tree.size, read);
          for (const leaf of all.slice(tree.size, tree.size + step)) tree.append(leaf);
          expect(tree.root).toEqual(rootBySpecification(all.slice(0, tree.size)));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('gives off a subtree of each level when it is complete, once', () => {
    const tree = GrowingTree.empty();
    const leaves = numbered(65_536 + 300);
    for (const leaf of leaves) tree.append(leaf);
    const nodes = tree.takeNodes();
    expect(nodes.filter(({ level }) => level === 1).map(({ number }) => number)).toEqual([...Array(257).keys()]);
    expect(nodes.filter(({ level }) => level === 2)).toEqual([
      { level: 2, number: 0, hash: rootBySpecification(leaves.slice(0, 65_536)) },
    ]);
    expect(tree.takeNodes()).toEqual([]);
  });

  it('proves every leaf of every tree, and no other leaf, place or size', async () => {
    const places = fc.integer({ min: 1, max: 1500 }).chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)));
    await fc.assert(
      fc.asyncProperty(places, async ([size, index]) => {
        const leaves = numbered(size);
        const { tree, read } = grown(leaves);
        const path = await inclusionPath(index, size, read);
        expect(rootByPath(index, size, leaves[index]!, path)).toEqual(tree.root);
        expect(rootByPath(index, size, leafHash(Buffer.from('other')), path)).not.toEqual(tree.root);
        if (index > 0) expect(rootByPath(index - 1, size, leaves[index]!, path)).not.toEqual(tree.root);
        expect(rootByPath(index, size, leaves[index]!, [...path, tree.root])).toBeUndefined();
        if (size > 1) expect(rootByPath(index, size, leaves[index]!, path.slice(1))).not.toEqual(tree.root);
      }),
      { numRuns: 150 },
    );
  });
});

describe('a checkpoint', () => {
  const pem = () => generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const signer = NoteSigner.of('yangyu/subsidy', pem());
  const at = rootOf(LEAVES);

  const time = new Date('2026-01-01T00:00:00.001Z');

  it('is a signed note: origin, size, root, time, an empty line, the signature with its key id', () => {
    const [origin, size, encoded, extension, empty, signature, end] = signer.sign(8, at, time).split('\n');
    expect([origin, size, encoded, extension, empty, end]).toEqual([
      'yangyu/subsidy',
      '8',
      at.toString('base64'),
      'time 2026-01-01T00:00:00.001Z',
      '',
      '',
    ]);
    expect(signature).toMatch(/^— yangyu\/subsidy [A-Za-z0-9+/]{90}==$|^— yangyu\/subsidy [A-Za-z0-9+/]{91}=?$/);
  });

  it('opens with the published key only', () => {
    const note = signer.sign(8, at, time);
    const key = NoteVerifier.find(signer.toString())!;
    expect(key.open(note)).toEqual({ origin: 'yangyu/subsidy', size: 8, root: at, time });
    expect(NoteSigner.of('yangyu/subsidy', pem()).open(note)).toBeUndefined();
    expect(NoteSigner.of('yangyu/registration', pem()).open(note)).toBeUndefined();
  });

  it('does not open when any of it was changed', () => {
    const note = signer.sign(8, at, time);
    expect(signer.open(note.replace('\n8\n', '\n9\n'))).toBeUndefined();
    expect(signer.open(note.replace('time 2026', 'time 2025'))).toBeUndefined();
    expect(signer.open(note.replace(/time .*\n/, ''))).toBeUndefined();
    expect(signer.open(note.replace(at.toString('base64'), rootOf([]).toString('base64')))).toBeUndefined();
    fc.assert(
      fc.property(fc.nat(note.length - 1), fc.constantFrom('A', 'b', '7', '\n', ' '), (place, other) => {
        const changed = note.slice(0, place) + other + note.slice(place + 1);
        if (changed !== note && Buffer.from(changed).equals(Buffer.from(note)) === false) {
          const opened = signer.open(changed);
          // The last letter of a base64 text carries bits that mean nothing.
          if (opened)
            expect({ ...opened, root: opened.root.toString('hex') }).toEqual({
              origin: signer.name,
              size: 8,
              root: at.toString('hex'),
              time,
            });
        }
      }),
      { numRuns: 300 },
    );
  });

  it('may have no time, or other lines where that stands', () => {
    const head = `yangyu/subsidy\n8\n${at.toString('base64')}\n`;
    const plain = { origin: 'yangyu/subsidy', size: 8, root: at };
    expect(parseCheckpoint(`${head}\n`)).toEqual(plain);
    expect(parseCheckpoint(`${head}time out of mind\n\ntime ${time.toISOString()}\n`)).toEqual(plain);
    expect(parseCheckpoint(`${head}more\ntime ${time.toISOString()}\n\n`)).toEqual({ ...plain, time });
  });

  it('is read only where it is one', () => {
    for (const text of [
      '',
      'x',
      'a\n1\nAA\n\n',
      `a\n01\n${at.toString('base64')}\n\n`,
      `a\n-1\n${at.toString('base64')}\n\n`,
    ]) {
      expect(parseCheckpoint(text)).toBeUndefined();
    }
    expect(NoteVerifier.find('yangyu/subsidy+00000000+AAAA')).toBeUndefined();
  });

  it('knows the key of the example in the specification of signed notes', () => {
    const key = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
    expect(NoteVerifier.find(key)?.toString()).toBe(key);
  });
});

describe('tiles', () => {
  it('lie where tlog-tiles has them', () => {
    expect(tilePath({ level: 0, number: 5, width: 256 })).toBe('tile/0/005');
    expect(tilePath({ level: 0, number: 1_234_067, width: 256 })).toBe('tile/0/x001/x234/067');
    expect(tilePath({ level: 1, number: 0, width: 7 })).toBe('tile/1/000.p/7');
    expect(tilePath({ level: 0, number: 1_000, width: 1 })).toBe('tile/0/x001/000.p/1');
  });

  it('cover every hash of a log, however it grew', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(70_000), { minLength: 1, maxLength: 5 }), (steps) => {
        const widest = new Map<string, number>();
        let before = 0;
        for (const step of steps) {
          for (const { level, number, width } of tilesSince(before, before + step))
            widest.set(`${level}/${number}`, width);
          before += step;
        }
        const whole = new Map(tilesSince(0, before).map(({ level, number, width }) => [`${level}/${number}`, width]));
        expect(widest).toEqual(whole);
        const leaves = [...whole].filter(([name]) => name.startsWith('0/')).reduce((sum, [, width]) => sum + width, 0);
        expect(leaves).toBe(before);
      }),
    );
  });
});

describe('a leaf', () => {
  const entry = {
    id: '7',
    xid: '900',
    at: '2026-01-01T00:00:00.000001Z',
    kind: 'read',
    actor: 'clerk',
    operation: 'Query.claims',
    permission: 'claim.read',
    purpose: 'review',
    caseRef: null,
    requestId: 'r',
    division: '340202',
    subjectType: 'claim',
    subjects: ['a', 'b'],
    fields: ['claimNo'],
    code: null,
    content: null,
  } as const;

  it('is the hash of a zero byte and the canonical JSON, whatever the order of the keys', () => {
    const canonical =
      '{"actor":"clerk","at":"2026-01-01T00:00:00.000001Z","caseRef":null,"code":null,"content":null,"division":"340202",' +
      '"fields":["claimNo"],"id":"7","kind":"read","operation":"Query.claims","permission":"claim.read","purpose":"review",' +
      '"requestId":"r","subjectType":"claim","subjects":["a","b"],"xid":"900"}';
    const expected = createHash('sha256').update('\0').update(canonical).digest();
    expect(leafOf(entry)).toEqual(expected);
    expect(leafOf(Object.fromEntries(Object.entries(entry).reverse()) as unknown as typeof entry)).toEqual(expected);
  });

  it('changes with every field', () => {
    for (const field of Object.keys(entry)) {
      expect(leafOf({ ...entry, [field]: 'changed' })).not.toEqual(leafOf(entry));
    }
  });
});

describe('what is recorded of a transaction', () => {
  const context = systemContext('test', { fields: { person: ['name'] } });

  it('is a line for each kind that was read, with sorted ids and the names of the fields', () => {
    const notes = new Notes();
    notes.disclose('person', [{ id: 'b' }, { id: 'a' }, { id: 'b' }]);
    notes.disclose('claim', [{ id: 'c' }]);
    expect(linesOf(context, 'read', notes)).toEqual([
      { kind: 'read', subjectType: 'person', subjects: ['a', 'b'], fields: ['name'], code: null },
      { kind: 'read', subjectType: 'claim', subjects: ['c'], fields: [], code: null },
    ]);
  });

  it('is a line for each kind that was changed besides', () => {
    const notes = new Notes();
    notes.disclose('person', [{ id: 'a' }]);
    notes.concern('claim', ['d', 'c']);
    expect(linesOf(context, 'done', notes).map(({ kind, subjects }) => [kind, subjects])).toEqual([
      ['read', ['a']],
      ['done', ['c', 'd']],
    ]);
  });

  it('is one line about nobody when something was done without saying to whom', () => {
    expect(linesOf(context, 'done', new Notes())).toEqual([
      { kind: 'done', subjectType: null, subjects: [], fields: [], code: null },
    ]);
  });
});
