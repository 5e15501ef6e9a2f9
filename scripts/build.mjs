/** `npm run build`: compiles the whole monorepo with swc into dist, about a second, only when something changed. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { install } from './install.mjs';
import { notWritable, withLock } from './one-at-a-time.mjs';
import { runtime } from './run.mjs';
import { main, root, say, Stop } from './terminal.mjs';
import { TOOLS } from './tools.mjs';

const SOURCES = ['apps', 'libs', 'tools'];
const dist = path.join(root, 'dist');
const next = path.join(root, 'dist.next');
const stamp = path.join(dist, '.built-from');

/** Brings dist up to date. A change, a new file or a removed one (a migration, say) all count. */
export async function build() {
  if (isCurrent(fingerprint())) return;
  await withLock('build', () => {
    const wanted = fingerprint();
    if (!isCurrent(wanted)) compile(wanted);
  });
}

function isCurrent(wanted) {
  try {
    return fs.readFileSync(stamp, 'utf8') === wanted;
  } catch {
    return false;
  }
}

function fingerprint() {
  const hash = createHash('sha256');
  const settings = ['.swcrc', 'scripts/build.mjs', 'node_modules/@swc/core/package.json'];
  for (const file of [...settings, ...SOURCES.flatMap((folder) => filesBelow(folder))]) {
    const { size, mtimeMs } = fs.statSync(path.join(root, file));
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function filesBelow(folder) {
  if (!fs.existsSync(path.join(root, folder))) return [];
  return fs
    .readdirSync(path.join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const name = `${folder}/${entry.name}`;
      return entry.isDirectory() ? filesBelow(name) : [name];
    })
    .sort();
}

/** Compiles beside dist and swaps: nobody runs half a build, and nothing of a removed source stays behind. */
function compile(wanted) {
  const began = performance.now();
  try {
    fs.rmSync(next, { recursive: true, force: true });
    runSwc();
    assertSelfContained(next);
    fs.writeFileSync(path.join(next, '.built-from'), wanted);
    const old = `${dist}.old`;
    fs.rmSync(old, { recursive: true, force: true });
    if (fs.existsSync(dist)) fs.renameSync(dist, old);
    fs.renameSync(next, dist);
    fs.rmSync(old, { recursive: true, force: true });
  } catch (error) {
    throw error instanceof Stop ? error : notWritable(error, dist);
  }
  say(`Built in ${((performance.now() - began) / 1000).toFixed(1)} s.`, '编译完成。');
}

function runSwc() {
  const cli = path.join(root, 'node_modules', TOOLS.swc);
  const present = SOURCES.filter((folder) => fs.existsSync(path.join(root, folder)));
  const args = [
    cli,
    ...present,
    '-d',
    'dist.next',
    '--extensions',
    '.ts',
    '--copy-files',
    '--ignore',
    '**/*.spec.ts',
    '--quiet',
  ];
  const result = spawnSync(runtime(), args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
  if (result.status === 0) return;
  throw new Stop(
    'A source file does not compile; the place is above. Correct it and run the same command again.',
    '有源文件无法编译，位置见上。请改正后重新运行同一命令。',
    `${result.stdout}${result.stderr}`,
  );
}

/** An import of @app/… left in the output would only fail when its line is first reached: look now. */
function assertSelfContained(folder) {
  const left = fs
    .readdirSync(folder, { recursive: true })
    .filter(
      (file) =>
        file.endsWith('.js') && /(require|import)\("@app\//.test(fs.readFileSync(path.join(folder, file), 'utf8')),
    );
  if (left.length === 0) return;
  throw new Stop(
    `These files import an @app/ library that does not exist: ${left.join(', ')}; correct the name (see libs/).`,
    `以下文件引用了不存在的 @app/ 库：${left.join('、')}；请对照 libs/ 改正名称。`,
  );
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main(async () => {
    await install();
    await build();
  });
}
